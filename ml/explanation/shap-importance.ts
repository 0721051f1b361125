/** Which columns a model leans on: the mean size of their Shapley values over many rows, with the values to draw them by. */
import type { Frame } from '../data/frame.ts'
import type { Model } from '../models/model.ts'
import { type Explainer, type ExplainerOptions, explainerOf, type Method } from './explainer.ts'
import { classNamed, type Space } from './output.ts'
import { cellAt, drawRows, sampleInputs } from './sample.ts'
import { pickRows, type Rows } from './shapley.ts'

/** One row in a column's swarm, or in the plot of its values against what they add. */
export interface ShapPoint {
  readonly value: string | number | null
  readonly shap: number
  /** 0 for the smallest value of the column among the points, 1 for the largest; null for texts and missing values. */
  readonly shade: number | null
}

export interface ShapFeature {
  readonly feature: string
  /** Mean of |SHAP| over the rows. */
  readonly importance: number
  /** Standard deviation of |SHAP| over the rows. */
  readonly sd: number
  /** Mean SHAP: above 0 where the column mostly raises the output. */
  readonly mean: number
  readonly points: readonly ShapPoint[]
}

export interface ShapImportance {
  readonly method: Method
  readonly space: Space
  /** The class explained; absent for a number, and where the mean over all classes was taken. */
  readonly class?: string
  readonly base?: number
  readonly rows: number
  /** The largest first. */
  readonly features: readonly ShapFeature[]
}

export interface ShapQuestion extends Omit<ExplainerOptions, 'output' | 'background'> {
  /** By default the second of two classes, else all. */
  readonly class?: string
  /** Rows explained, at most. */
  readonly rows: number
  /** Rows of background, at most. */
  readonly backgroundRows: number
  /** Rows drawn for each column, at most. */
  readonly points: number
}

/** `background` is the table that a row is compared with; rows are explained from `frame`. Throws `invalid_input`. */
export function shapImportance(
  model: Model,
  { frame, background }: { readonly frame: Frame; readonly background: Frame },
  question: ShapQuestion,
  done: (fraction: number) => void,
): ShapImportance {
  const { class: name, method, coalitions, seed } = question
  const rows = sampleInputs(model, frame, { most: question.rows, seed })
  const usual = sampleInputs(model, background, { most: question.backgroundRows, seed: seed + 1 })
  const asked = classesAsked(model, name)
  const explainers = asked.map((output) => explainerOf(model, { method, output, background: usual, coalitions, seed }))
  const all = explainers.map((explainer, i) => explainer.explain(rows, (fraction) => done((i + fraction) / explainers.length)))
  const [only] = all.length === 1 ? all : []
  const features = model.columns.map((column, at) => {
    const sizes = sizesOf(all, { column: at, rows })
    const shown = only ? pointsOf(model, { column: at, rows, values: only.values }, question) : []
    return { feature: column.name, ...sizes, points: shown }
  })
  return {
    ...summaryOf(explainers),
    ...(only && { base: only.base }),
    ...(only && model.classes.length > 0 && { class: String(model.classes[asked[0] ?? 0]) }),
    rows: rows.count,
    features: features.toSorted((a, b) => b.importance - a.importance),
  }
}

function classesAsked(model: Model, name: string | undefined): readonly number[] {
  if (name !== undefined) return [classNamed(model, name)]
  if (model.task === 'binary') return [1]
  return model.classes.length === 0 ? [0] : [...model.classes.keys()]
}

function summaryOf([first]: readonly Explainer[]): Pick<ShapImportance, 'method' | 'space'> {
  return { method: first?.method ?? 'kernel', space: first?.space ?? 'value' }
}

/** Over all rows, and all classes where there are several. */
function sizesOf(
  all: readonly { readonly values: Float64Array }[],
  { column, rows }: { readonly column: number; readonly rows: Rows },
): Pick<ShapFeature, 'importance' | 'sd' | 'mean'> {
  const count = Math.max(1, rows.count * all.length)
  let [sum, sizes, squares] = [0, 0, 0]
  for (const { values } of all) {
    for (let row = 0; row < rows.count; row++) {
      const value = values[row * rows.width + column] ?? 0
      sum += value
      sizes += Math.abs(value)
      squares += value * value
    }
  }
  const importance = sizes / count
  return { importance, sd: Math.sqrt(Math.max(0, squares / count - importance * importance)), mean: sum / count }
}

function pointsOf(
  model: Model,
  { column, rows, values }: { readonly column: number; readonly rows: Rows; readonly values: Float64Array },
  { points, seed }: Pick<ShapQuestion, 'points' | 'seed'>,
): readonly ShapPoint[] {
  const chosen = drawRows(rows.count, points, seed + 2)
  const raw = Array.from(pickRows(rows, chosen).values.filter((_, i) => i % rows.width === column))
  const shown = raw.map((value) => cellAt(model, column, value))
  const sizes = shown.filter((value) => typeof value === 'number')
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  return shown.map((value, i) => ({
    value,
    shap: values[(chosen[i] ?? 0) * rows.width + column] ?? 0,
    shade: typeof value === 'number' ? (most > least ? (value - least) / (most - least) : 0.5) : null,
  }))
}
