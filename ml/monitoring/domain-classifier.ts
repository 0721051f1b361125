/** A classifier that tries to tell current rows from reference rows: it sees what no single column shows, such as a lost correlation. */
import type { Column, Frame } from '../data/frame.ts'
import { rocAuc } from '../evaluation/ranking.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { gradientBoosting } from '../models/gradient-boosting.ts'
import { type InputColumn, type Problem, takeRows } from '../models/problem.ts'
import { normalTwoSided } from './distributions.ts'

export interface DomainResult {
  /** Area under the ROC curve on rows it was not trained on: 0.5 where the samples cannot be told apart. */
  readonly auc: number
  /** Chance of an area this large between samples of one source (Mann-Whitney). */
  readonly p_value: number
  readonly rows: number
}

const mostRows = 4000
const leastRows = 100
const folds = 3

/** Undefined where a sample is too small, or has nothing in common. Takes up to 4,000 rows of each sample. */
export function domainClassifier(
  reference: Frame,
  current: Frame,
  { columns, seed }: { readonly columns: readonly string[]; readonly seed: number },
): DomainResult | undefined {
  const random = seededRandom(seed)
  const before = sample(reference.rows, random)
  const after = sample(current.rows, random)
  if (before.length < leastRows || after.length < leastRows || columns.length === 0) return undefined
  const pairs = columns.flatMap((name) => {
    const left = reference.columns.find((column) => column.name === name)
    const right = current.columns.find((column) => column.name === name)
    return left && right && left.type === right.type ? [join(left, right, before, after)] : []
  })
  if (pairs.length === 0) return undefined
  const rows = before.length + after.length
  const target = new Float64Array(rows).fill(1, before.length)
  const problem: Problem = {
    rows,
    columns: pairs.map(({ column }) => column),
    values: pairs.map(({ values }) => values),
    task: 'binary',
    classes: 2,
    target,
  }
  const scores = scoreAcrossFolds(problem, shuffled(rows, random), seed)
  const auc = rocAuc(Uint8Array.from(target), scores)
  const spread = Math.sqrt((rows + 1) / (12 * before.length * after.length))
  return { auc, p_value: auc <= 0.5 ? 1 : normalTwoSided((auc - 0.5) / spread) / 2, rows }
}

/** Each row scored by a model that has not seen it. Small trees: enough for an interaction, too little to learn rows by heart. */
function scoreAcrossFolds(problem: Problem, order: Uint32Array, seed: number): Float64Array {
  const scores = new Float64Array(problem.rows)
  const options = gradientBoosting.params.parse({ n_estimators: 40, num_leaves: 15, min_data_in_leaf: 30 })
  for (let fold = 0; fold < folds; fold++) {
    const tested = order.filter((_, index) => index % folds === fold)
    const trained = takeRows(
      problem,
      order.filter((_, index) => index % folds !== fold),
    )
    const fitted = gradientBoosting.fit(trained, options, { seed, progress: () => undefined })
    const score = gradientBoosting.scorer(gradientBoosting.fitted.parse(fitted), problem)
    const row = new Float64Array(problem.columns.length)
    const out = new Float64Array(2)
    for (const index of tested) {
      for (let column = 0; column < row.length; column++) row[column] = problem.values[column]?.[index] ?? Number.NaN
      score(row, out)
      scores[index] = out[1] ?? 0
    }
  }
  return scores
}

function sample(rows: number, random: () => number): Uint32Array {
  return shuffled(rows, random).subarray(0, mostRows)
}

/** One column of both samples, reference rows first, as the classifier reads it. */
function join(
  left: Column,
  right: Column,
  before: Uint32Array,
  after: Uint32Array,
): { readonly column: InputColumn; readonly values: Float64Array } {
  const levels = left.type === 'category' && right.type === 'category' ? [...new Set([...left.levels, ...right.levels])] : []
  const values = new Float64Array(before.length + after.length)
  values.set(pick(left, before, levels))
  values.set(pick(right, after, levels), before.length)
  return { column: left.type === 'category' ? { name: left.name, type: 'category', levels } : { name: left.name, type: 'number' }, values }
}

function pick(column: Column, rows: Uint32Array, levels: readonly string[]): Float64Array {
  if (column.type === 'number') return Float64Array.from(rows, (row) => column.values[row] ?? Number.NaN)
  const places = new Map(levels.map((level, place) => [level, place]))
  const recode = column.levels.map((level) => places.get(level) ?? Number.NaN)
  return Float64Array.from(rows, (row) => recode[column.codes[row] ?? -1] ?? Number.NaN)
}
