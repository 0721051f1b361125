/** Which rows of a training test it: the folds that were asked for, refused or warned about where they cannot measure. */
import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import {
  type Fold,
  kFolds,
  type LackingFold,
  labelledFolds,
  lackingFolds,
  repeatedFolds,
  stratifiedFolds,
  timeFolds,
} from '../evaluation/folds.ts'
import { groupFolds, stratifiedGroupFolds } from '../evaluation/group-folds.ts'
import { metricsOf } from '../evaluation/metrics.ts'
import { cellOf, columnNamed } from './columns.ts'
import type { TrainSpec } from './spec.ts'
import type { Target } from './target.ts'

export interface PlannedFolds {
  readonly folds: readonly Fold[]
  readonly warnings: readonly string[]
}

/** Rows of a fold index the rows of the target. Throws `invalid_input` when the folds cannot be made. */
export function planFolds(frame: Frame, spec: TrainSpec, target: Target): PlannedFolds {
  const { folds, seed, repeats } = checkedWish(spec)
  const { foldColumn, timeColumn, groupColumn } = spec
  if (foldColumn !== undefined) return judged(foldsByColumn(columnNamed(frame, foldColumn, 'fold'), target), target, spec.metric)
  requireRows(target.rows.length, folds)
  if (timeColumn !== undefined) return judged(foldsInTime(columnNamed(frame, timeColumn, 'time'), target, folds), target, spec.metric)
  const groups = groupColumn === undefined ? undefined : groupsOf(columnNamed(frame, groupColumn, 'group'), target, folds)
  const round = (own: number): readonly Fold[] => randomFolds(target, { groups, folds, seed: own })
  const rare = hasClasses(target) ? rareClasses(target, folds) : []
  const { folds: made, warnings } = judged(repeatedFolds({ repeats, seed }, round), target, spec.metric)
  return { folds: made, warnings: rare.length > 0 ? rare : warnings }
}

function checkedWish(spec: TrainSpec): { readonly folds: number; readonly seed: number; readonly repeats: number } {
  const { target, folds = 5, seed = 0, repeats = 1 } = spec
  const ways = [spec.foldColumn, spec.timeColumn, spec.groupColumn].filter((name) => name !== undefined)
  if (ways.length > 1)
    throw new Fault(
      'invalid_input',
      'More than one of fold column, time column and group column is given. Give one: folds by label, in time, or that keep groups together.',
    )
  if (target !== undefined && ways.includes(target))
    throw new Fault('invalid_input', `Column '${target}' is the target, so it cannot also make the folds. Name another column.`)
  if (!Number.isInteger(folds) || folds < 2) throw new Fault('invalid_input', `Folds must be 2 or more, found ${folds}.`)
  if (!Number.isInteger(repeats) || repeats < 1) throw new Fault('invalid_input', `Repeats must be 1 or more, found ${repeats}.`)
  if (repeats > 1 && (spec.foldColumn !== undefined || spec.timeColumn !== undefined))
    throw new Fault(
      'invalid_input',
      'Folds by label or in time are the same in every round, so repeating them says nothing new. Leave repeats out.',
    )
  return { folds, seed, repeats }
}

function randomFolds(
  target: Target,
  { groups, ...wish }: { readonly groups: Int32Array | undefined; readonly folds: number; readonly seed: number },
): readonly Fold[] {
  if (groups !== undefined) return hasClasses(target) ? stratifiedGroupFolds(target.values, groups, wish) : groupFolds(groups, wish)
  return hasClasses(target) ? stratifiedFolds(target.values, wish) : kFolds(target.rows.length, wish)
}

/** A code per group; a row without one is a group of its own. */
function groupsOf(column: Column, target: Target, folds: number): Int32Array {
  const codes = new Map<number, number>()
  const groups = Int32Array.from(target.rows, (row) => {
    const value = cellOf(column, row)
    if (Number.isNaN(value)) return -1
    const code = codes.get(value) ?? codes.size
    codes.set(value, code)
    return code
  })
  const count = codes.size + groups.filter((group) => group < 0).length
  if (count >= folds) return groups
  throw new Fault('invalid_input', `Column '${column.name}' has ${count} groups, fewer than the ${folds} folds. Ask for fewer folds.`)
}

const hasClasses = ({ task, values }: Target): boolean => values.length > 0 && task !== 'regression'

function requireRows(rows: number, folds: number): void {
  if (rows >= 2 * folds) return
  throw new Fault(
    'invalid_input',
    `${rows} rows are too few for ${folds} folds: each needs at least two rows to test on. Add rows or ask for fewer folds.`,
  )
}

function foldsByColumn(column: Column, target: Target): readonly Fold[] {
  const labels =
    column.type === 'category' ? column.levels : [...new Set(column.values)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b)
  const index = new Map<number, number>(column.type === 'category' ? [] : labels.map((label, i) => [Number(label), i]))
  const of = Int32Array.from(target.rows, (row) =>
    column.type === 'category' ? (column.codes[row] ?? -1) : (index.get(column.values[row] ?? Number.NaN) ?? -1),
  )
  const folds = labels.length > 200 ? [] : labelledFolds(of, labels.map(String))
  if (folds.length < 2 || folds.some(({ train }) => train.length < 2))
    throw new Fault(
      'invalid_input',
      `Column '${column.name}' has ${labels.length} labels where 2 to 200 folds are needed. Choose a column that names a fold for each row.`,
    )
  return folds
}

function foldsInTime(column: Column, target: Target, folds: number): readonly Fold[] {
  if (column.type === 'category')
    throw new Fault('invalid_input', `Time column '${column.name}' holds text that is no date. Convert it to dates or numbers first.`)
  const times = Float64Array.from(target.rows, (row) => column.values[row] ?? Number.NaN)
  const unknown = times.filter(Number.isNaN).length
  if (unknown > 0) throw new Fault('invalid_input', `Time column '${column.name}' is missing in ${unknown} rows. Fill or drop them first.`)
  const found = timeFolds(times, folds)
  if (found.length > 0) return found
  throw new Fault('invalid_input', `Time column '${column.name}' has too few distinct times for ${folds} folds. Ask for fewer folds.`)
}

function rareClasses(target: Target, folds: number): readonly string[] {
  const counts = new Float64Array(target.classes.length)
  for (const y of target.values) counts[y] = (counts[y] ?? 0) + 1
  const rare = target.classes.filter((_, i) => (counts[i] ?? 0) < folds)
  if (rare.length === 0) return []
  const names = rare.slice(0, 5).map((name) => `'${name}'`)
  return [
    `${rare.length === 1 ? 'Class' : 'Classes'} ${names.join(', ')} ${rare.length === 1 ? 'has' : 'have'} fewer rows than the ${folds} folds: scores on them are shaky.`,
  ]
}

/** A fold that learns from one class cannot tell classes apart; one that tests on one class leaves ranking metrics undefined. */
function judged(folds: readonly Fold[], target: Target, metric?: string): PlannedFolds {
  if (target.task !== 'binary' && target.task !== 'multiclass') return { folds, warnings: [] }
  const { classes, values } = target
  const lacking = lackingFolds(folds, values, classes.length)
  const single = lacking.filter((each) => each.classes.length === classes.length - 1)
  const only = ({ classes: absent }: LackingFold): string => `'${classes.find((_, k) => !absent.includes(k))}'`
  const untaught = single.find(({ part }) => part === 'train')
  if (untaught !== undefined)
    throw new Fault(
      'invalid_input',
      `Fold '${untaught.fold}' would learn from rows of one class only (${only(untaught)}). Make folds in which every training part has at least two classes, or leave the fold, time or group column out.`,
    )
  const blind = single.filter(({ part }) => part === 'test')
  const [first] = blind
  const ranking = ['roc_auc', 'pr_auc'].includes(metric ?? metricsOf[target.task][0] ?? '')
  if (first !== undefined && blind.length === folds.length && ranking)
    throw new Fault(
      'invalid_input',
      `Every fold tests rows of one class only (fold '${first.fold}': ${only(first)}), so roc_auc and pr_auc are not defined. Make folds that mix the classes, or name another metric such as accuracy.`,
    )
  const gaps = lacking.filter((each) => !single.includes(each))
  const named = (some: readonly LackingFold[]): string =>
    `${some.length === 1 ? 'Fold' : 'Folds'} ${[...new Set(some.map(({ fold }) => `'${fold}'`))].slice(0, 5).join(', ')}`
  return {
    folds,
    warnings: [
      ...(blind.length > 0 ? [`${named(blind)} test rows of one class only: roc_auc and pr_auc are means over the others.`] : []),
      ...(gaps.length > 0 ? [`${named(gaps)} lack rows of some classes to learn from or to test on: scores there are shaky.`] : []),
    ],
  }
}
