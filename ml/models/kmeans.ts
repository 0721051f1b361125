/** k-means: every row belongs to the nearest of k centres, which stand in the middle of their rows. */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { clusterQuality } from './clustering/judge.ts'
import { kMeans } from './clustering/k-means.ts'
import { requireRows } from './clustering/limits.ts'
import { float64s } from './numbers.ts'
import { nearestRow, squaredDistance } from './points/distance.ts'
import { encode, encodingSchema, fitEncoding, rowEncoder } from './points/encoding.ts'

const params = z.strictObject({
  n_clusters: z.int().min(1).max(10_000).default(8).describe('Number of clusters'),
  n_init: z.int().min(1).max(100).default(1).describe('Runs from new k-means++ beginnings; the one with the least inertia is kept'),
  max_iter: z.int().min(1).max(10_000).default(300).describe('Most sweeps of a run'),
  tol: z.number().min(0).default(1e-4).describe('Ends a run when the centres move less, relative to the variance of the data'),
  scale: z.boolean().default(true).describe('Divide numbers by their standard deviation; false leaves them in their own units'),
})

export const kmeans = defineAlgorithm({
  name: 'kmeans',
  title: 'k-means',
  tasks: ['clustering'],
  weighted: true,
  params,
  fitted: z.strictObject({
    encoding: encodingSchema.describe('From columns to coordinates'),
    centres: float64s.describe('Coordinates of each centre, one centre after the other'),
    inertia: z.number().describe('Sum of the squared distances of the training rows to their centres'),
    sweeps: z.int().describe('Sweeps of the best run'),
  }),
  fit: (problem, { n_clusters, n_init, max_iter, tol, scale }, control) => {
    requireRows(problem.rows, n_clusters, 'n_clusters')
    const encoding = fitEncoding(problem, scale)
    const data = { points: encode(encoding, problem), weights: problem.weights }
    const { centres, inertia, sweeps } = kMeans(data, { clusters: n_clusters, runs: n_init, sweeps: max_iter, tolerance: tol }, control)
    control.progress(1)
    return { encoding, centres, inertia, sweeps }
  },
  answers: ({ encoding, centres }) => Array.from({ length: centres.length / encoding.width }, (_, c) => String(c)),
  scorer: ({ encoding, centres }, shape) => {
    const encoded = rowEncoder(encoding, shape)
    const { width } = encoding
    if (centres.length === 0 || centres.length % width !== 0) throw new RangeError('The centres do not fit the encoding.')
    return (row, scores) => {
      scores.fill(0)
      scores[nearestRow(centres, encoded(row), 0, width)] = 1
    }
  },
  /** `inertia` is the mean squared distance to the nearest centre, so that tests of any size compare. */
  measure: ({ encoding, centres }, _shape, { test }) => {
    const points = encode(encoding, test)
    const { width, rows, values } = points
    const labels = new Int32Array(rows)
    let inertia = 0
    for (let row = 0; row < rows; row++) {
      const c = nearestRow(centres, values, row * width, width)
      labels[row] = c
      inertia += squaredDistance(values, row * width, centres, c * width, width)
    }
    return { ...clusterQuality(points, labels), inertia: inertia / Math.max(1, rows) }
  },
})
