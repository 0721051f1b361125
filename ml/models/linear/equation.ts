/** A linear model in terms of the original columns: an intercept and a weight for each number and each category. */
import { z } from 'zod'
import type { Scorer, Shape } from '../algorithm.ts'
import { addAt, at } from '../at.ts'
import { numberLists, numbers } from '../numbers.ts'
import type { Design } from './design.ts'

export const equationSchema = z.strictObject({
  intercept: numbers.describe('One per output'),
  terms: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number').describe('A number'),
          mean: z.number().describe('Mean in training, used where the value is missing'),
          scale: z.number().describe('Standard deviation in training'),
          weight: numbers.describe('Weight of the standardised value, by output'),
          missing: numbers.describe('Added where the value is missing, by output'),
        }),
        z.strictObject({
          type: z.literal('category').describe('A category'),
          weights: numberLists.describe('Weight of each level, by output'),
          missing: numbers.describe('Added where the value is missing, by output'),
          other: numbers.describe('Added for a level that training never saw, by output'),
        }),
      ]),
    )
    .describe('One per input column, in order'),
})

export type Equation = z.infer<typeof equationSchema>

/** `weights[output]` has a number per slot. */
export function equationOf(design: Design, weights: readonly Float64Array[], intercept: readonly number[]): Equation {
  const weightsAt = (slot: number): number[] => weights.map((weight) => (slot < 0 ? 0 : at(weight, slot)))
  const terms = design.blocks.map((block) =>
    block.type === 'number'
      ? { type: block.type, mean: block.mean, scale: block.scale, weight: weightsAt(block.slot), missing: weightsAt(block.missingSlot) }
      : {
          type: block.type,
          weights: Array.from(block.levelSlots, weightsAt),
          missing: weightsAt(block.missingSlot),
          other: weightsAt(block.otherSlot),
        },
  )
  return { intercept, terms }
}

/** Evaluates the equation for a row. Throws a RangeError when it does not fit the columns. */
export function equationScorer({ intercept, terms }: Equation, { columns }: Pick<Shape, 'columns'>): Scorer {
  const fits = terms.length === columns.length && terms.every(({ type }, i) => type === columns[i]?.type)
  if (!fits) throw new RangeError('The terms of the equation are not the columns of the model.')
  return (row, scores) => {
    scores.set(intercept)
    for (const [i, term] of terms.entries()) addTerm(scores, term, at(row, i))
  }
}

type Term = Equation['terms'][number]

function addTerm(scores: Float64Array, term: Term, value: number): void {
  if (term.type === 'number' && !Number.isNaN(value)) addScaled(scores, term.weight, (value - term.mean) / term.scale)
  else addScaled(scores, constantOf(term, value), 1)
}

function addScaled(scores: Float64Array, weights: readonly number[], by: number): void {
  for (let k = 0; k < weights.length; k++) addAt(scores, k, by * (weights[k] ?? 0))
}

/** What a category, or a missing number, adds. */
function constantOf(term: Term, value: number): readonly number[] {
  if (term.type === 'number' || Number.isNaN(value)) return term.missing
  return term.weights[value] ?? term.other
}
