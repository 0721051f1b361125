/** The tables and settings on which linear models, naive Bayes and neighbours are measured, made from a seed. */
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import type { Problem } from '../../ml/models/problem.ts'

export interface Case {
  /** What peer.py calls it. */
  readonly name: string
  readonly algorithm: string
  readonly params: Readonly<Record<string, unknown>>
  readonly table: keyof Tables
}

export const cases: readonly Case[] = [
  { name: 'ridge', algorithm: 'linear', params: { alpha: 1 }, table: 'dense_regression' },
  { name: 'lasso', algorithm: 'linear', params: { alpha: 0.05, l1_ratio: 1 }, table: 'dense_regression' },
  { name: 'logistic', algorithm: 'logistic', params: { C: 1 }, table: 'dense_binary' },
  { name: 'logistic_l1', algorithm: 'logistic', params: { penalty: 'l1', C: 0.01 }, table: 'dense_binary' },
  { name: 'softmax', algorithm: 'logistic', params: { C: 1 }, table: 'dense_classes' },
  { name: 'naive_bayes', algorithm: 'naive_bayes', params: {}, table: 'dense_classes' },
  { name: 'ridge_one_hot', algorithm: 'linear', params: { alpha: 1 }, table: 'one_hot_regression' },
  { name: 'logistic_one_hot', algorithm: 'logistic', params: { C: 1 }, table: 'one_hot_binary' },
  { name: 'neighbours', algorithm: 'knn', params: { n_neighbors: 5 }, table: 'few_numbers' },
]

export interface Tables {
  readonly dense_regression: Problem
  readonly dense_binary: Problem
  readonly dense_classes: Problem
  readonly one_hot_regression: Problem
  readonly one_hot_binary: Problem
  readonly few_numbers: Problem
}

const columns = 28
const categories = 20
const levels = 200

/** `rows` of 28 numbers, two of them nearly the same; as many of 20 categories of 200 levels; a fifth as many of 6 numbers. */
export function tablesOf(rows: number): Tables {
  const random = seededRandom(1)
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const numbers = Array.from({ length: columns }, () => Float64Array.from({ length: rows }, normal))
  numbers[columns - 1] = Float64Array.from(numbers[0] ?? [], (value) => 3 + value + 0.1 * normal())
  const sums = Float64Array.from({ length: rows }, (_, row) =>
    numbers.reduce((sum, column, i) => sum + (column[row] ?? 0) * ((i % 5) - 2) * 0.3, 2 * normal()),
  )
  const codes = Array.from({ length: categories }, () => Float64Array.from({ length: rows }, () => Math.floor(levels * random() ** 2)))
  const effects = codes.map(() => Float64Array.from({ length: levels }, normal))
  const byLevel = Float64Array.from({ length: rows }, (_, row) =>
    codes.reduce((sum, column, i) => sum + 0.3 * (effects[i]?.[column[row] ?? 0] ?? 0), normal()),
  )
  const few = rows / 5
  return {
    dense_regression: regression(numbers, sums),
    dense_binary: classes(numbers, sums, [0]),
    dense_classes: classes(numbers, sums, [-3, -1, 1, 3]),
    one_hot_regression: regression(codes, byLevel, levels),
    one_hot_binary: classes(codes, byLevel, [0], levels),
    few_numbers: classes(
      numbers.slice(0, 6).map((column) => column.subarray(0, few)),
      sums.subarray(0, few),
      [0],
    ),
  }
}

function inputs(values: readonly Float64Array[], levelCount: number): Pick<Problem, 'columns' | 'values'> {
  const names = Array.from({ length: levelCount }, (_, level) => String(level))
  return {
    columns: values.map((_, i) =>
      levelCount === 0 ? { name: `x${i}`, type: 'number' } : { name: `c${i}`, type: 'category', levels: names },
    ),
    values,
  }
}

function regression(values: readonly Float64Array[], target: Float64Array, levelCount = 0): Problem {
  return { ...inputs(values, levelCount), rows: target.length, task: 'regression', classes: 0, target }
}

function classes(values: readonly Float64Array[], raw: Float64Array, cuts: readonly number[], levelCount = 0): Problem {
  const target = raw.map((value) => cuts.filter((cut) => value >= cut).length)
  const task = cuts.length === 1 ? 'binary' : 'multiclass'
  return { ...inputs(values, levelCount), rows: target.length, task, classes: cuts.length + 1, target }
}
