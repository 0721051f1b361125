/** A linear model in terms of the original columns: an intercept and a weight for each number and each category. */
import { z } from 'zod'
import { at } from '../at.ts'
import { float64s, numbers } from '../numbers.ts'
import type { Design } from './design.ts'

export const equationSchema = z.strictObject({
  intercept: numbers.describe('One per output'),
  terms: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number').describe('A number'),
          mean: z.number().describe('Mean in training, used where the value is missing'),
          scale: z.number().gt(0).describe('Standard deviation in training'),
          weight: numbers.describe('Weight of the standardised value, by output'),
          missing: numbers.describe('Added where the value is missing, by output'),
        }),
        z.strictObject({
          type: z.literal('category').describe('A category'),
          weights: float64s.describe('Weight of each level, level by level and there by output'),
          missing: numbers.describe('Added where the value is missing, by output'),
          other: numbers.describe('Added for a level that training never saw, by output'),
        }),
      ]),
    )
    .describe('One per input column, in order'),
})

/**
 * What linear and logistic models store. Output k of a row is `intercept[k]` plus, for each column, its term:
 *
 *   number    weight[k] * (value - mean) / scale, or missing[k] where the value is NaN
 *   category  weights[code * outputs + k], missing[k] for NaN, other[k] for the code -1 or one beyond the levels
 *
 * The output is the prediction of a regression, the log odds of the second of two classes (one output), or the raw score of
 * each of many classes, before softmax. `termOf` gives a term's share, from which explanations start.
 */
export type Equation = z.infer<typeof equationSchema>
export type Term = Equation['terms'][number]

/** `weights[output]` has a number per slot. */
export function equationOf(design: Design, weights: readonly Float64Array[], intercept: readonly number[]): Equation {
  const weightsAt = (slot: number): number[] => weights.map((weight) => (slot < 0 ? 0 : at(weight, slot)))
  const terms = design.blocks.map((block) =>
    block.type === 'number'
      ? { type: block.type, mean: block.mean, scale: block.scale, weight: weightsAt(block.slot), missing: weightsAt(block.missingSlot) }
      : {
          type: block.type,
          weights: levelWeights(block.levelSlots, weights),
          missing: weightsAt(block.missingSlot),
          other: weightsAt(block.otherSlot),
        },
  )
  return { intercept, terms }
}

function levelWeights(levelSlots: Int32Array, weights: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(levelSlots.length * weights.length)
  for (let level = 0; level < levelSlots.length; level++) {
    const slot = levelSlots[level] ?? -1
    if (slot >= 0) for (const [k, weight] of weights.entries()) all[level * weights.length + k] = at(weight, slot)
  }
  return all
}

/** What a term adds to output k where its column has this value (a category its code, NaN missing). */
export function termOf(term: Term, value: number, k: number): number {
  if (Number.isNaN(value)) return term.missing[k] ?? 0
  if (term.type === 'number') return (value - term.mean) * ((term.weight[k] ?? 0) / term.scale)
  const outputs = term.missing.length
  return value >= 0 && value * outputs < term.weights.length ? at(term.weights, value * outputs + k) : (term.other[k] ?? 0)
}
