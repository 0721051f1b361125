/**
 * DBSCAN (Ester et al. 1996): a row with enough others near it is a core; cores near each other and all that is near them
 * make a cluster of any shape; the rest is noise.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { defineAlgorithm, type FitControl, type Scorer, type Shape } from './algorithm.ts'
import { clusterQuality } from './clustering/judge.ts'
import { float64s, int32s } from './numbers.ts'
import { encode, encodingSchema, fitEncoding, type Points, rowEncoder } from './points/encoding.ts'
import { kdTree } from './points/kd-tree.ts'

const params = z.strictObject({
  eps: z.number().gt(0).default(0.5).describe('How far apart rows may be to count as near, in standard deviations when scaled'),
  min_samples: z.int().min(1).default(5).describe('Rows within eps, itself included, that make a row a core'),
  scale: z.boolean().default(true).describe('Divide numbers by their standard deviation; false leaves them in their own units'),
})

const fitted = z.strictObject({
  encoding: encodingSchema.describe('From columns to coordinates'),
  eps: z.number().gt(0).describe('How far from a core its cluster reaches'),
  clusters: z.int().min(0).describe('Number of clusters'),
  cores: float64s.describe('Coordinates of each core, one after the other'),
  labels: int32s.describe('Cluster of each core'),
})

/** The answer for rows in no cluster; its score comes after those of the clusters. */
const noise = '-1'

/** Distances times coordinates at worst: about twenty minutes. */
const maxWork = 1e12

export const dbscan = defineAlgorithm({
  name: 'dbscan',
  title: 'DBSCAN',
  tasks: ['clustering'],
  weighted: false,
  params,
  fitted,
  fit: (problem, { eps, min_samples, scale }, control) => {
    const encoding = fitEncoding(problem, scale)
    requireBearable(problem.rows, encoding.width)
    const points = encode(encoding, problem)
    const { labels, clusters } = coreLabels(points, { eps, minSamples: min_samples }, control)
    const rows = Uint32Array.from(labels.keys()).filter((row) => (labels[row] ?? -1) >= 0)
    const cores = new Float64Array(rows.length * encoding.width)
    for (const [i, row] of rows.entries())
      cores.set(points.values.subarray(row * encoding.width, (row + 1) * encoding.width), i * encoding.width)
    return { encoding, eps, clusters, cores, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
  },
  answers: ({ clusters }) => [...Array.from({ length: clusters }, (_, c) => String(c)), noise],
  scorer: dbscanScorer,
  /** Cluster quality of the rows that are in a cluster, and `noise`, the share of those that are not. */
  measure: (model, shape, { test }) => {
    const points = encode(model.encoding, test)
    const nearest = nearestCluster(model)
    const labels = new Int32Array(test.rows)
    let outside = 0
    for (let row = 0; row < test.rows; row++) {
      const label = nearest(points.values, row * points.width)
      labels[row] = label
      if (label < 0) outside++
    }
    return { ...clusterQuality(points, labels), clusters: shape.classes - 1, noise: outside / Math.max(1, test.rows) }
  },
})

function requireBearable(rows: number, width: number): void {
  const most = Math.floor(Math.sqrt(maxWork / width))
  if (rows <= most) return
  throw new Fault(
    'invalid_input',
    `DBSCAN may compare every row with every other: ${rows} rows of ${width} coordinates are too many. Take a sample of at most ${most} rows, or use kmeans.`,
  )
}

/** The cluster of each core, -1 for other rows. Clusters are numbered in the order of their first core. */
function coreLabels(points: Points, { eps, minSamples }: { eps: number; minSamples: number }, { progress }: FitControl) {
  const { rows, width, values } = points
  const tree = kdTree(points)
  const isCore = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    let near = 0
    tree.within(values, row * width, eps * eps, () => near++)
    if (near >= minSamples) isCore[row] = 1
    if (row % 1000 === 0) progress((0.5 * row) / rows)
  }
  const labels = new Int32Array(rows).fill(-1)
  let clusters = 0
  let reached = 0
  for (let first = 0; first < rows; first++) {
    if (isCore[first] === 0 || labels[first] !== -1) continue
    labels[first] = clusters
    const open = [first]
    for (let row = open.pop(); row !== undefined; row = open.pop()) {
      tree.within(values, row * width, eps * eps, (other) => {
        if (isCore[other] === 0 || labels[other] !== -1) return
        labels[other] = clusters
        open.push(other)
      })
      if (++reached % 1000 === 0) progress(0.5 + (0.5 * reached) / rows)
    }
    clusters++
  }
  progress(1)
  return { labels, clusters }
}

function dbscanScorer(model: z.infer<typeof fitted>, shape: Shape): Scorer {
  const encoded = rowEncoder(model.encoding, shape)
  const { clusters, labels, cores, encoding } = model
  const fits = cores.length === labels.length * encoding.width && labels.every((label) => label >= 0 && label < clusters)
  if (!fits) throw new RangeError('The cores do not fit the clusters.')
  const nearest = nearestCluster(model)
  return (row, scores) => {
    const label = nearest(encoded(row), 0)
    scores.fill(0)
    scores[label < 0 ? clusters : label] = 1
  }
}

/** The cluster of the nearest core within eps, the first of equals; -1 for none. */
function nearestCluster({ encoding: { width }, cores, labels, eps }: z.infer<typeof fitted>) {
  const tree = kdTree({ rows: labels.length, width, values: cores })
  return (values: Float64Array, from: number): number => {
    let least = Number.POSITIVE_INFINITY
    let found = -1
    tree.within(values, from, eps * eps, (core, squared) => {
      const label = labels[core] ?? -1
      if (squared > least || (squared === least && label >= found)) return
      least = squared
      found = label
    })
    return found
  }
}
