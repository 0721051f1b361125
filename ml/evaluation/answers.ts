/** Reads the true answers of a table as a model means them: which rows have one, and which class or number it is. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { columnNamed } from '../training/columns.ts'

/** What of a model decides how its target is read. */
export interface Answering {
  readonly task: string
  readonly target: string
  readonly classes: readonly (string | number)[]
}

export interface Answers {
  /** Rows whose answer is present and, for classes, one that the model knows. */
  readonly rows: Uint32Array
  /** Class index or number of each of those rows. */
  readonly target: Float64Array
  readonly warnings: readonly string[]
}

/** Throws `invalid_input` where the target is not in the table, is of another kind, or is nowhere known. */
export function knownAnswers(frame: Frame, model: Answering): Answers {
  const column = frame.columns.find(({ name }) => name === model.target)
  if (column === undefined)
    throw new Fault(
      'invalid_input',
      `The data has no column '${model.target}', which the model predicts. Evaluate on data where the answers are known.`,
    )
  const answer = model.task === 'regression' ? numberAnswer(column) : classAnswer(column, model.classes)
  const present: number[] = []
  let absent = 0
  let strange = 0
  for (let row = 0; row < frame.rows; row++) {
    const value = answer(row)
    if (value === 'missing') absent++
    else if (value === 'strange') strange++
    else present.push(row)
  }
  if (present.length === 0) throw new Fault('invalid_input', `No row has a usable '${model.target}', so nothing can be measured.`)
  const rows = Uint32Array.from(present)
  const words = [
    absent > 0 ? `${absent} rows have no '${column.name}' and were left out.` : '',
    strange > 0 ? `${strange} rows have a '${column.name}' that the model never saw and were left out.` : '',
  ]
  return { rows, target: Float64Array.from(rows, (row) => Number(answer(row))), warnings: words.filter((line) => line !== '') }
}

/** How much each of the rows counts. Throws `invalid_input` for what is no weight. */
export function rowWeights(frame: Frame, name: string, rows: Uint32Array): Float64Array {
  const column = columnNamed(frame, name, 'weight')
  if (column.type === 'category')
    throw new Fault('invalid_input', `Weight column '${name}' holds text. Name a column of numbers from 0 on.`)
  const weights = Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN)
  const wrong = weights.findIndex((weight) => !(weight >= 0 && Number.isFinite(weight)))
  if (wrong >= 0)
    throw new Fault(
      'invalid_input',
      `Weight column '${name}' needs a number from 0 on in every row, found ${weights[wrong]} in row ${(rows[wrong] ?? 0) + 1}. Fix or drop it.`,
    )
  if (!weights.some((weight) => weight > 0)) throw new Fault('invalid_input', `Weight column '${name}' is 0 in every row: nothing counts.`)
  return weights
}

type Answer = (row: number) => number | 'missing' | 'strange'

function numberAnswer(column: Column): Answer {
  if (column.type === 'category')
    throw new Fault('invalid_input', `Column '${column.name}' holds text, but the model predicts a number. Convert it first.`)
  return (row) => {
    const value = column.values[row] ?? Number.NaN
    return Number.isFinite(value) ? value : 'missing'
  }
}

function classAnswer(column: Column, classes: Answering['classes']): Answer {
  const index = new Map(classes.map((name, k) => [String(name), k]))
  if (column.type === 'category') {
    const of = column.levels.map((level) => index.get(level))
    return (row) => {
      const code = column.codes[row] ?? -1
      return code < 0 ? 'missing' : (of[code] ?? 'strange')
    }
  }
  return (row) => {
    const value = column.values[row] ?? Number.NaN
    return Number.isFinite(value) ? (index.get(String(value)) ?? 'strange') : 'missing'
  }
}
