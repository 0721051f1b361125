/**
 * k nearest neighbours: the model keeps the training rows and answers with the mean, or the class shares, of the nearest.
 * Numbers are standardised so that none outweighs another; a missing one is taken for the mean, for want of better.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { seededRandom, shuffled } from '../evaluation/seeded-random.ts'
import { type BatchScorer, defineAlgorithm, type Shape } from './algorithm.ts'
import { addAt, at } from './at.ts'
import type { Nearest } from './neighbours/nearest.ts'
import { metrics, placesOf, pointsOf, pointsSchema, sizeOf } from './neighbours/points.ts'
import { searchOf } from './neighbours/search.ts'
import { float64s } from './numbers.ts'
import { outputs, takeRows } from './problem.ts'

const weightings = ['uniform', 'distance'] as const

const params = z.strictObject({
  n_neighbors: z.int().min(1).max(1000).default(5).describe('How many rows answer; all when there are fewer'),
  weights: z.enum(weightings).default('uniform').describe('Whether near rows count as much as nearer ones, or by one over their distance'),
  metric: z
    .enum(metrics)
    .default('euclidean')
    .describe('Distance of rows whose numbers are standardised (missing ones at the mean) and whose categories are one-hot'),
  max_rows: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(50_000)
    .describe('Rows to keep; of more, a random share of so many is kept, since every prediction searches them and the model holds them'),
})

const fitted = z.strictObject({
  n_neighbors: z.int().min(1).describe('How many rows answer'),
  weights: z.enum(weightings).describe('How they are weighed'),
  points: pointsSchema.describe('The rows kept'),
  answers: float64s.describe('Class or number of each'),
})

type Fitted = z.infer<typeof fitted>

/** Numbers and categories that a model may keep: 512 MiB. */
const mostKept = 2 ** 26

export const knn = defineAlgorithm({
  name: 'knn',
  title: 'k nearest neighbours',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: false,
  params,
  fitted,
  fit: (problem, { n_neighbors, weights, metric, max_rows }, { seed, progress }) => {
    const rows = Math.min(problem.rows, max_rows)
    if (rows * problem.columns.length > mostKept) {
      const words = `${rows} rows of ${problem.columns.length} columns are more than a model of nearest neighbours may keep (${mostKept} values).`
      throw new Fault('invalid_input', `${words} Set max_rows to ${Math.floor(mostKept / problem.columns.length)} or less.`)
    }
    const kept =
      rows === problem.rows ? problem : takeRows(problem, shuffled(problem.rows, seededRandom(seed)).subarray(0, rows).toSorted())
    progress(1)
    return { n_neighbors, weights, points: pointsOf(kept, metric), answers: kept.target }
  },
  scorer: (learned, shape) => {
    const score = neighbourScorer(learned, shape)
    return (row, scores) =>
      score(
        Array.from(row, (value) => Float64Array.of(value)),
        1,
        scores,
      )
  },
  batchScorer: neighbourScorer,
})

function neighbourScorer(learned: Fitted, shape: Shape): BatchScorer {
  const { points, answers, weights } = learned
  requireFit(learned, shape)
  const search = searchOf(points, answers.length, Math.min(learned.n_neighbors, answers.length))
  const width = outputs(shape)
  const square = points.metric === 'euclidean'
  return (values, rows, scores) => {
    scores.fill(0)
    search(placesOf(points.columns, { rows, values }), rows, (query, nearest) => {
      const shares = weights === 'uniform' ? () => 1 : byDistance(nearest, square)
      let total = 0
      for (let i = 0; i < nearest.found; i++) {
        const share = shares(i)
        const answer = at(answers, nearest.rows[i] ?? 0)
        total += share
        if (shape.task === 'regression') addAt(scores, query, share * answer)
        else addAt(scores, query * width + answer, share)
      }
      for (let k = 0; k < width; k++) scores[query * width + k] = at(scores, query * width + k) / total
    })
  }
}

/** One over the distance; rows at no distance at all are the only ones to count. */
function byDistance({ distances }: Nearest, squared: boolean): (i: number) => number {
  const nearest = at(distances, 0)
  if (nearest === 0) return (i) => (at(distances, i) === 0 ? 1 : 0)
  /** Over the nearest, so that no share is infinite. */
  return (i) => (squared ? Math.sqrt(nearest / at(distances, i)) : nearest / at(distances, i))
}

/** Throws a RangeError when what was learned is not of these columns. */
function requireFit({ points, answers }: Fitted, { columns, task, classes }: Shape): void {
  const size = sizeOf(points.columns)
  const fits =
    points.columns.length === columns.length &&
    points.columns.every(({ type }, i) => type === columns[i]?.type) &&
    answers.length > 0 &&
    points.coordinates.length === answers.length * size.numbers &&
    points.codes.length === answers.length * size.categories &&
    (task === 'regression' || answers.every((answer) => Number.isInteger(answer) && answer >= 0 && answer < classes))
  if (!fits) throw new RangeError('The points are not rows of the columns of the model.')
}
