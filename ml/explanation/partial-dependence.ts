/**
 * Partial dependence (Friedman 2001): the mean answer when one column, or two, take a value in every row; and the lines of
 * single rows (ICE, Goldstein et al. 2015), which show where the mean hides opposite effects.
 */
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { type Model, modelScorer, shapeOf } from '../models/model.ts'
import { outputs } from '../models/problem.ts'
import { readFrame } from '../models/records.ts'
import { answerOutput, classNamed, type Output, type Space } from './output.ts'
import { cellAt, drawRows, takeColumns } from './sample.ts'

export interface Axis {
  readonly feature: string
  readonly type: 'number' | 'category'
  /** Rising numbers, or texts, the most frequent first. */
  readonly values: readonly (string | number)[]
}

export interface PartialDependence {
  readonly space: Space
  readonly class?: string
  readonly rows: number
  readonly axes: readonly Axis[]
  /** By value of the first axis; where there are two, by value of the second for each of the first. */
  readonly mean: readonly number[] | readonly (readonly number[])[]
  readonly least: number
  readonly most: number
  /** One line a row over the values of the axis; none where there are two axes. */
  readonly lines: readonly (readonly number[])[]
}

export interface DependenceQuestion {
  /** One or two columns. */
  readonly features: readonly string[]
  readonly class?: string
  /** Values of an axis, at most. */
  readonly grid: number
  readonly rows: number
  readonly lines: number
  readonly seed: number
}

/** Throws `invalid_input` for a column or class that does not fit. */
export function partialDependence(
  model: Model,
  frame: Frame,
  question: DependenceQuestion,
  done: (fraction: number) => void,
): PartialDependence {
  const k = classFor(model, question.class)
  const chosen = drawRows(frame.rows, question.rows, question.seed)
  if (chosen.length === 0) throw new Fault('invalid_input', 'The data has no rows to hold columns fixed in. Choose other data.')
  const columns = takeColumns(readFrame(frame, model.columns), chosen)
  const axes = question.features.map((name) => gridOf(model, { name, columns }, question.grid))
  const ask = asker(model, columns, answerOutput(model.task, k))
  const [first, second] = axes
  if (first === undefined) throw new Fault('invalid_input', 'Name one or two columns.')
  const common = {
    space: answerOutput(model.task, k).space,
    ...(model.classes.length > 0 && { class: String(model.classes[k]) }),
    rows: chosen.length,
    axes: axes.map(({ feature, type, values }) => ({ feature, type, values })),
  }
  if (second !== undefined) {
    const mean = first.codes.map((a, i) => {
      const line = second.codes.map((b) => average(ask([first.column, a], [second.column, b])))
      done((i + 1) / first.codes.length)
      return line
    })
    return { ...common, mean, ...range(mean.flat()), lines: [] }
  }
  const answers = first.codes.map((a, i) => {
    done((i + 1) / first.codes.length)
    return ask([first.column, a])
  })
  const mean = answers.map(average)
  const lines = Array.from(drawRows(chosen.length, question.lines, question.seed + 1), (row) =>
    answers.map((each) => each[row] ?? Number.NaN),
  )
  return { ...common, mean, ...range([...mean, ...lines.flat()]), lines }
}

function classFor(model: Model, name: string | undefined): number {
  if (name !== undefined) return classNamed(model, name)
  if (model.classes.length === 0) return 0
  if (model.task === 'binary') return 1
  const known = model.classes.slice(0, 20).map((each) => `'${each}'`)
  throw new Fault('invalid_input', `Say for which class: one of ${known.join(', ')}.`)
}

interface Grid extends Axis {
  /** Position among the model's columns. */
  readonly column: number
  /** The values as the model reads them. */
  readonly codes: readonly number[]
}

function gridOf(model: Model, { name, columns }: { readonly name: string; readonly columns: readonly Float64Array[] }, size: number): Grid {
  const column = model.columns.findIndex((each) => each.name === name)
  const values = columns[column]
  const type = model.columns[column]?.type
  if (values === undefined || type === undefined) {
    const known = model.columns.slice(0, 30).map((each) => `'${each.name}'`)
    throw new Fault('invalid_input', `The model reads no column '${name}'. Use one of ${known.join(', ')}.`)
  }
  const present = values.filter((value) => (type === 'number' ? !Number.isNaN(value) : value >= 0))
  if (present.length === 0)
    throw new Fault('invalid_input', `Column '${name}' is missing in all rows, so it has no values to try. Choose other data.`)
  const codes = type === 'number' ? numberGrid(present, size) : categoryGrid(present, size)
  return { feature: name, type, column, codes, values: codes.map((code) => cellAt(model, column, code) ?? '') }
}

/** Every value where they are few, else even steps from the 5th to the 95th percentile, as scikit-learn takes them. */
function numberGrid(values: Float64Array, size: number): readonly number[] {
  const sorted = values.toSorted()
  const distinct = [...new Set(sorted)]
  if (distinct.length <= size) return distinct
  const [from, to] = [quantile(sorted, 0.05), quantile(sorted, 0.95)]
  if (from === to) return distinct.filter((_, i) => i % Math.ceil(distinct.length / size) === 0)
  return Array.from({ length: size }, (_, i) => from + ((to - from) * i) / Math.max(1, size - 1))
}

/** Between the two values around it, in proportion. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const [below = 0, above = below] = sorted.subarray(Math.floor(at), Math.floor(at) + 2)
  return below + (above - below) * (at - Math.floor(at))
}

function categoryGrid(codes: Float64Array, size: number): readonly number[] {
  const counts = new Map<number, number>()
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts]
    .sort(([a, many], [b, more]) => more - many || a - b)
    .slice(0, size)
    .map(([code]) => code)
}

type Fixed = readonly [column: number, value: number]

/** Answers of all rows with some columns held fixed. */
function asker(model: Model, columns: readonly Float64Array[], { index }: Output): (...fixed: readonly Fixed[]) => Float64Array {
  const scorer = modelScorer(model)
  const rows = columns[0]?.length ?? 0
  const width = outputs(shapeOf(model))
  return (...fixed) => {
    const held = fixed.reduce<readonly Float64Array[]>(
      (all, [column, value]) => all.with(column, new Float64Array(rows).fill(value)),
      columns,
    )
    const scores = new Float64Array(rows * width)
    scorer(held, rows, scores)
    return scores.filter((_, i) => i % width === index)
  }
}

const average = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

function range(values: readonly number[]): { readonly least: number; readonly most: number } {
  return {
    least: values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    most: values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  }
}
