/**
 * Evaluates an equation for one row, or for many column by column. Both add up the same shares in the same order, numbers
 * first and then categories, and so agree to the bit.
 */
import type { BatchScorer, Scorer, Shape } from '../algorithm.ts'
import { addAt, at } from '../at.ts'
import { type Equation, type Term, termOf } from './equation.ts'

interface Part {
  /** Which column the term reads. */
  readonly column: number
  readonly term: Term
}

interface Parts {
  readonly intercept: Float64Array
  /** Numbers before categories. */
  readonly all: readonly Part[]
  readonly numbers: readonly Part[]
  readonly categories: readonly Part[]
}

/** Throws a RangeError when the equation does not fit the columns. */
function partsOf({ intercept, terms }: Equation, columns: Shape['columns']): Parts {
  const fits = terms.length === columns.length && terms.every((term, i) => termFits(term, columns[i], intercept.length))
  if (!fits) throw new RangeError('The terms of the equation are not the columns of the model.')
  const parts = terms.map((term, column): Part => ({ column, term }))
  const numbers = parts.filter(({ term }) => term.type === 'number')
  const categories = parts.filter(({ term }) => term.type === 'category')
  return { intercept: Float64Array.from(intercept), all: [...numbers, ...categories], numbers, categories }
}

function termFits(term: Term, column: Shape['columns'][number] | undefined, outputs: number): boolean {
  if (term.type === 'number') return column?.type === 'number' && term.weight.length === outputs && term.missing.length === outputs
  const levels = column?.type === 'category' ? column.levels.length : -1
  return term.weights.length === levels * outputs && term.missing.length === outputs && term.other.length === outputs
}

/** Throws a RangeError when the equation has another number of outputs. */
export function requireOutputs({ intercept }: Equation, wanted: number): void {
  if (intercept.length !== wanted) throw new RangeError(`The equation has ${intercept.length} outputs where ${wanted} are wanted.`)
}

/** Writes the raw outputs of a row. Throws a RangeError when the equation does not fit the columns. */
export function equationScorer(equation: Equation, { columns }: Pick<Shape, 'columns'>): Scorer {
  const { intercept, all } = partsOf(equation, columns)
  return (row, scores) => {
    scores.set(intercept)
    for (const { column, term } of all) {
      const value = at(row, column)
      for (let k = 0; k < intercept.length; k++) addAt(scores, k, termOf(term, value, k))
    }
  }
}

/** As `equationScorer`, for many rows: `rows x outputs` numbers. */
export function equationBatchScorer(equation: Equation, { columns }: Pick<Shape, 'columns'>): BatchScorer {
  const { intercept, numbers, categories } = partsOf(equation, columns)
  const outputs = intercept.length
  return (values, rows, scores) => {
    /** A plain loop: set() costs a call a row. */
    for (let i = 0, k = 0; i < rows * outputs; i++, k = k + 1 === outputs ? 0 : k + 1) scores[i] = at(intercept, k)
    const read = (parts: readonly Part[]): readonly Reading[] =>
      parts.map(({ column, term }) => ({ term, column: values[column] ?? new Float64Array(rows).fill(Number.NaN) }))
    for (let k = 0; k < outputs; k++) {
      addNumbers(read(numbers), { scores, outputs, k })
      for (const reading of read(categories)) addOne(reading, { scores, outputs, k })
    }
  }
}

interface Reading {
  readonly term: Term
  readonly column: Float64Array
}

interface Output {
  readonly scores: Float64Array
  readonly outputs: number
  readonly k: number
}

function addNumbers(readings: readonly Reading[], output: Output): void {
  let i = 0
  for (; i + 4 <= readings.length; i += 4) addFour(readings.slice(i, i + 4), output)
  for (; i < readings.length; i++) for (const reading of readings.slice(i, i + 1)) addOne(reading, output)
}

/** Four columns a pass, as if no value were missing; a row where one is gives no number, and is then added up with care. */
function addFour(readings: readonly Reading[], { scores, outputs, k }: Output): void {
  const [a, b, c, d] = readings.map(({ term, column }) => ({
    column,
    mean: term.type === 'number' ? term.mean : 0,
    slope: term.type === 'number' ? (term.weight[k] ?? 0) / term.scale : 0,
  }))
  if (a === undefined || b === undefined || c === undefined || d === undefined) return
  const rows = a.column.length
  let slot = k
  for (let row = 0; row < rows; row++) {
    const before = at(scores, slot)
    const two = before + (at(a.column, row) - a.mean) * a.slope + (at(b.column, row) - b.mean) * b.slope
    const four = two + (at(c.column, row) - c.mean) * c.slope + (at(d.column, row) - d.mean) * d.slope
    scores[slot] = Number.isNaN(four) ? readings.reduce((sum, { term, column }) => sum + termOf(term, at(column, row), k), before) : four
    slot += outputs
  }
}

function addOne({ term, column }: Reading, { scores, outputs, k }: Output): void {
  let slot = k
  for (let row = 0; row < column.length; row++) {
    scores[slot] = at(scores, slot) + termOf(term, at(column, row), k)
    slot += outputs
  }
}
