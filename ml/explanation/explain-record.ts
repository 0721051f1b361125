/** Why a model answers what it answers for one record: what each column added, ready to be drawn as a waterfall. */
import { type Model, type Prediction, predictRecords, readInputs } from '../models/model.ts'
import { type Explainer, type ExplainerOptions, explainerOf, type Method } from './explainer.ts'
import { classNamed, type Space } from './output.ts'

export type Cell = string | number | boolean | null

export interface Contribution {
  readonly feature: string
  /** As the record has it; null is missing. */
  readonly value: Cell
  /** What the column added to the output. */
  readonly shap: number
  /** The output before and after it, taken in this order from the base on. */
  readonly from: number
  readonly to: number
}

export interface RecordExplanation {
  readonly method: Method
  readonly space: Space
  /** The class whose output is explained; absent where the model answers one number. */
  readonly class?: string
  /** The output where nothing is known of a record. */
  readonly base: number
  /** The output for this record: base and contributions add up to it. */
  readonly output: number
  readonly prediction: Prediction
  /** The largest first. */
  readonly contributions: readonly Contribution[]
}

export interface RecordQuestion extends Omit<ExplainerOptions, 'output'> {
  readonly record: Readonly<Record<string, unknown>>
  /** By default the second of two classes, else the one predicted. */
  readonly class?: string
}

/** Throws `invalid_input` for a record or class that does not fit. */
export function explainRecord(model: Model, { record, class: name, ...options }: RecordQuestion): RecordExplanation {
  const values = readInputs(model, record)
  const [prediction] = predictRecords(model, [record])
  if (prediction === undefined) throw new RangeError('The model gave no answer.')
  const output = name === undefined ? usualClass(model, prediction) : classNamed(model, name)
  const explainer: Explainer = explainerOf(model, { ...options, output })
  const shap = explainer.explain({ count: 1, width: values.length, values })
  const contributions = inOrder(model, record, shap)
  return {
    method: explainer.method,
    space: explainer.space,
    ...(model.classes.length > 0 && { class: String(model.classes[output]) }),
    base: shap.base,
    output: contributions.at(-1)?.to ?? shap.base,
    prediction,
    contributions,
  }
}

/** The class an explanation is about unless told: the second of two, else the one predicted; a projection's first component. */
function usualClass(model: Model, { value }: Prediction): number {
  if (model.task === 'binary') return 1
  return Math.max(0, model.classes.indexOf(value))
}

function inOrder(
  model: Model,
  record: Readonly<Record<string, unknown>>,
  { base, values }: { readonly base: number; readonly values: Float64Array },
): readonly Contribution[] {
  const shapOf = (column: number): number => values[column] ?? 0
  const order = [...model.columns.keys()].sort((a, b) => Math.abs(shapOf(b)) - Math.abs(shapOf(a)) || a - b)
  let to = base
  return order.map((column) => {
    const feature = model.columns[column]?.name ?? ''
    const from = to
    to += shapOf(column)
    return { feature, value: cellOf(record[feature]), shap: shapOf(column), from, to }
  })
}

function cellOf(value: unknown): Cell {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}
