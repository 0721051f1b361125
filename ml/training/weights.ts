/** How much each row counts: a column of weights, weights of classes, weights for fairness, or all multiplied; 1 on average. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { groupsOf, intersectionOf } from '../evaluation/row-groups.ts'
import { reweighing } from '../fairness/reweighing.ts'
import { columnNamed, rowsInWords } from './columns.ts'
import type { TrainSpec } from './spec.ts'
import type { Target } from './target.ts'

/** One weight per row of the target; undefined when all count the same. Throws `invalid_input` naming what is no weight. */
export function readWeights(frame: Frame, spec: TrainSpec, target: Target): Float64Array | undefined {
  if (spec.weightColumn === undefined && spec.classWeight === undefined && spec.reweighBy === undefined) return undefined
  const own = spec.weightColumn === undefined ? undefined : columnWeights(columnNamed(frame, spec.weightColumn, 'weight'), target)
  const given = own ?? new Float64Array(target.rows.length).fill(1)
  const weights = spec.reweighBy === undefined ? given : balancedGroups(frame, { names: spec.reweighBy, target, given })
  if (spec.classWeight !== undefined) multiplyByClass(weights, classWeights(spec.classWeight, target), target)
  const mean = weights.reduce((sum, weight) => sum + weight, 0) / weights.length
  if (!Number.isFinite(mean)) throw new Fault('invalid_input', 'The weights add up to more than a number can hold. Scale them down.')
  return weights.map((weight) => weight / mean)
}

function columnWeights(column: Column, target: Target): Float64Array {
  if (column.type === 'category')
    throw new Fault('invalid_input', `Weight column '${column.name}' holds text. Name a column of positive numbers.`)
  const wrong = [...target.rows].filter((row) => !((column.values[row] ?? Number.NaN) > 0 && Number.isFinite(column.values[row])))
  const [first] = wrong
  if (first === undefined) return Float64Array.from(target.rows, (row) => column.values[row] ?? 1)
  const value = column.values[first] ?? Number.NaN
  throw new Fault(
    'invalid_input',
    `Weight column '${column.name}' needs a positive number in every row, found ${Number.isNaN(value) ? 'a missing value' : value} (${rowsInWords(wrong)}). Fix or drop those rows.`,
  )
}

/** What rows count already, times what makes the answer independent of the crossing of these columns. */
function balancedGroups(
  frame: Frame,
  { names, target, given }: { readonly names: readonly string[]; readonly target: Target; readonly given: Float64Array },
): Float64Array {
  if (target.task !== 'binary' && target.task !== 'multiclass')
    throw new Fault(
      'invalid_input',
      `reweigh_by needs a target of classes, and this is ${target.task}. Leave it out, or use weight_column.`,
    )
  const groups = intersectionOf(names.map((name) => groupsOf(columnNamed(frame, name, 'reweighing'), target.rows)))
  if (groups.names.length < 2)
    throw new Fault('invalid_input', `reweigh_by names ${names.join(', ')}, which has one group only. Name a column with two or more.`)
  return reweighing(groups.of, target.values, given)
}

/** One weight per class, in the order of the target's classes. */
function classWeights(wish: 'balanced' | Readonly<Record<string, number>>, { task, classes, values }: Target): Float64Array {
  if (task !== 'binary' && task !== 'multiclass')
    throw new Fault('invalid_input', `class_weight needs a target of classes, and this is ${task}. Leave it out, or use weight_column.`)
  // scikit-learn's "balanced": every class weighs the same in all.
  if (wish === 'balanced') return countsOf(values, classes.length).map((count) => values.length / (classes.length * count))
  const names = classes.map(String)
  const unknown = Object.keys(wish).filter((name) => !names.includes(name))
  if (unknown.length > 0)
    throw new Fault(
      'invalid_input',
      `class_weight names '${unknown.join("', '")}', which is no class of the target. Its classes: ${names.slice(0, 20).join(', ')}.`,
    )
  const [name, weight] = Object.entries(wish).find(([, each]) => !(each > 0 && Number.isFinite(each))) ?? []
  if (name !== undefined)
    throw new Fault('invalid_input', `class_weight must be a positive number, found ${weight} for class '${name}'. Use one above 0.`)
  return Float64Array.from(names, (each) => wish[each] ?? 1)
}

function multiplyByClass(weights: Float64Array, ofClass: Float64Array, { values }: Target): void {
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] ?? 1) * (ofClass[values[i] ?? 0] ?? 1)
}

function countsOf(values: Float64Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
