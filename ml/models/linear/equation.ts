/** A linear model in terms of the original columns: an intercept and a weight for each number and each category. */
import { z } from 'zod'
import type { BatchScorer, Scorer, Shape } from '../algorithm.ts'
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
  if (term.type === 'number') return ((value - term.mean) / term.scale) * (term.weight[k] ?? 0)
  const outputs = term.missing.length
  return value >= 0 && value * outputs < term.weights.length ? at(term.weights, value * outputs + k) : (term.other[k] ?? 0)
}

/** Evaluates the equation for a row. Throws a RangeError when it does not fit the columns. */
export function equationScorer(equation: Equation, { columns }: Pick<Shape, 'columns'>): Scorer {
  const { intercept, terms } = fitting(equation, columns)
  const outputs = intercept.length
  const constants = Float64Array.from(intercept)
  return (row, scores) => {
    scores.set(constants)
    for (let i = 0; i < terms.length; i++) {
      const term = terms[i]
      if (term === undefined) return
      const value = at(row, i)
      for (let k = 0; k < outputs; k++) scores[k] = at(scores, k) + termOf(term, value, k)
    }
  }
}

/** Column by column: the rows of a column lie together, and what its term is need be asked once. */
export function equationBatchScorer(equation: Equation, { columns }: Pick<Shape, 'columns'>): BatchScorer {
  const { intercept, terms } = fitting(equation, columns)
  const outputs = intercept.length
  return (values, rows, scores) => {
    for (let row = 0; row < rows; row++) scores.set(intercept, row * outputs)
    for (const [i, term] of terms.entries()) {
      const column = values[i] ?? new Float64Array(rows).fill(Number.NaN)
      for (let k = 0; k < outputs; k++) {
        if (term.type === 'number') addNumbers(term, column, { scores, outputs, k })
        else addLevels(term, column, { scores, outputs, k })
      }
    }
  }
}

interface Output {
  readonly scores: Float64Array
  readonly outputs: number
  readonly k: number
}

function addNumbers(term: Term & { readonly type: 'number' }, column: Float64Array, { scores, outputs, k }: Output): void {
  const { mean, scale } = term
  const weight = term.weight[k] ?? 0
  const missing = term.missing[k] ?? 0
  let slot = k
  for (let row = 0; row < column.length; row++) {
    const value = at(column, row)
    scores[slot] = at(scores, slot) + (Number.isNaN(value) ? missing : ((value - mean) / scale) * weight)
    slot += outputs
  }
}

function addLevels(term: Term & { readonly type: 'category' }, column: Float64Array, { scores, outputs, k }: Output): void {
  let slot = k
  for (let row = 0; row < column.length; row++) {
    scores[slot] = at(scores, slot) + termOf(term, at(column, row), k)
    slot += outputs
  }
}

function fitting(equation: Equation, columns: Shape['columns']): Equation {
  const outputs = equation.intercept.length
  const fits = equation.terms.length === columns.length && equation.terms.every((term, i) => termFits(term, columns[i], outputs))
  if (!fits) throw new RangeError('The terms of the equation are not the columns of the model.')
  return equation
}

function termFits(term: Term, column: Shape['columns'][number] | undefined, outputs: number): boolean {
  if (term.type === 'number') return column?.type === 'number' && term.weight.length === outputs && term.missing.length === outputs
  const levels = column?.type === 'category' ? column.levels.length : -1
  return term.weights.length === levels * outputs && term.missing.length === outputs && term.other.length === outputs
}
