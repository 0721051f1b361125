/**
 * Normal densities side by side, and the two steps that fit them: expectation (how much of each row each component takes)
 * and maximisation (weights, means and covariances of those parts). A covariance is kept as the inverse of its Cholesky
 * factor, so that a distance is one product and nothing is ever inverted twice.
 */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import { addAt, at } from '../at.ts'
import { float64s } from '../numbers.ts'
import type { Points } from '../points/encoding.ts'
import { invertedFactor } from './inverse-factor.ts'

export const covarianceTypes = ['full', 'tied', 'diag', 'spherical'] as const
export type CovarianceType = (typeof covarianceTypes)[number]

export const gaussiansSchema = z.strictObject({
  covariance_type: z.enum(covarianceTypes).describe('Own matrix, one matrix for all, own variances, or one variance each'),
  width: z.int().min(1).describe('Coordinates of a point'),
  weights: float64s.describe('Share of the rows in each component'),
  means: float64s.describe('Mean of each component, one after the other'),
  roots: float64s.describe(
    'full, tied: inverse Cholesky factors, each width x width, lower triangle; diag, spherical: inverse standard deviations',
  ),
})
export type Gaussians = z.infer<typeof gaussiansSchema>

/** Numbers of `roots` that one component uses, and how far apart those of two components begin. */
function rootLayout(type: CovarianceType, width: number): { readonly size: number; readonly stride: number } {
  const size = { full: width * width, tied: width * width, diag: width, spherical: 1 }[type]
  return { size, stride: type === 'tied' ? 0 : size }
}

/** Free parameters, which `aic` and `bic` charge for. */
export function freeParameters({ covariance_type, width, weights }: Gaussians): number {
  const k = weights.length
  const covariance = { full: (k * width * (width + 1)) / 2, tied: (width * (width + 1)) / 2, diag: k * width, spherical: k }
  return covariance[covariance_type] + k * width + k - 1
}

/**
 * Writes the logarithm of each component's share of a point, up to what all have in common, into `logs`, and returns the
 * log density of the point. Throws a RangeError at once when the arrays do not fit together.
 */
export function logDensity(gaussians: Gaussians): (values: Float64Array, from: number, logs: Float64Array) => number {
  const { covariance_type, width, weights, means, roots } = gaussians
  const { size, stride } = rootLayout(covariance_type, width)
  if (means.length !== weights.length * width || roots.length !== (stride === 0 ? size : size * weights.length))
    throw new RangeError('The parts of the mixture do not fit together.')
  const square = { full: byMatrix, tied: byMatrix, diag: byVariances, spherical: byVariance }[covariance_type]
  const constants = weights.map(
    (weight, k) => Math.log(weight) + logDeterminant(gaussians, k * stride) - (width / 2) * Math.log(2 * Math.PI),
  )
  const away = new Float64Array(width)
  return (values, from, logs) => {
    let most = Number.NEGATIVE_INFINITY
    for (let k = 0; k < weights.length; k++) {
      for (let i = 0; i < width; i++) away[i] = at(values, from + i) - at(means, k * width + i)
      const log = at(constants, k) - square(away, roots, k * stride) / 2
      logs[k] = log
      most = Math.max(most, log)
    }
    let sum = 0
    for (let k = 0; k < weights.length; k++) sum += Math.exp(at(logs, k) - most)
    return most + Math.log(sum)
  }
}

/** Of the inverse factor that begins at `from`: the log density's constant. */
function logDeterminant({ covariance_type, width, roots }: Gaussians, from: number): number {
  if (covariance_type === 'spherical') return width * Math.log(at(roots, from))
  let sum = 0
  for (let i = 0; i < width; i++) sum += Math.log(at(roots, from + (covariance_type === 'diag' ? i : i * width + i)))
  return sum
}

/** Squared Mahalanobis distances. */
function byMatrix(away: Float64Array, roots: Float64Array, from: number): number {
  const width = away.length
  let sum = 0
  for (let i = 0; i < width; i++) {
    let dot = 0
    for (let j = 0; j <= i; j++) dot += at(roots, from + i * width + j) * at(away, j)
    sum += dot * dot
  }
  return sum
}

function byVariances(away: Float64Array, roots: Float64Array, from: number): number {
  let sum = 0
  for (let i = 0; i < away.length; i++) sum += (at(away, i) * at(roots, from + i)) ** 2
  return sum
}

function byVariance(away: Float64Array, roots: Float64Array, from: number): number {
  let sum = 0
  for (let i = 0; i < away.length; i++) sum += at(away, i) ** 2
  return sum * at(roots, from) ** 2
}

/**
 * The expectation step: writes `rows x k` shares that add up to 1 in each row into `shares`, and returns the mean log
 * density of the rows.
 */
export function expect({ rows, width, values }: Points, gaussians: Gaussians, shares: Float64Array): number {
  const k = gaussians.weights.length
  const density = logDensity(gaussians)
  const logs = new Float64Array(k)
  let sum = 0
  for (let row = 0; row < rows; row++) {
    const log = density(values, row * width, logs)
    sum += log
    for (let c = 0; c < k; c++) shares[row * k + c] = Math.exp(at(logs, c) - log)
  }
  return sum / rows
}

export interface CovarianceOptions {
  readonly type: CovarianceType
  /** Added to every variance. */
  readonly ridge: number
  /** A variance no greater than this is rounding: the component has collapsed. */
  readonly least: number
}

/** The maximisation step. Throws `invalid_input` when a component has collapsed. */
export function maximise(points: Points, shares: Float64Array, options: CovarianceOptions): Gaussians {
  const { type } = options
  const { rows, width, values } = points
  const k = shares.length / rows
  /** As scikit-learn: an empty component has a little weight, not none. */
  const totals = new Float64Array(k).fill(10 * Number.EPSILON)
  const means = new Float64Array(k * width)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < k; c++) {
      const share = at(shares, row * k + c)
      addAt(totals, c, share)
      for (let i = 0; i < width; i++) addAt(means, c * width + i, share * at(values, row * width + i))
    }
  }
  for (let i = 0; i < means.length; i++) means[i] = at(means, i) / at(totals, Math.floor(i / width))
  const sum = totals.reduce((all, total) => all + total, 0)
  const parts = { points, shares, totals, means }
  const roots = type === 'full' || type === 'tied' ? matrixRoots(parts, options) : varianceRoots(parts, options)
  return { covariance_type: type, width, weights: totals.map((total) => total / sum), means, roots }
}

interface Parts {
  readonly points: Points
  readonly shares: Float64Array
  readonly totals: Float64Array
  readonly means: Float64Array
}

function matrixRoots(parts: Parts, { type, ridge, least }: CovarianceOptions): Float64Array {
  const { width, rows } = parts.points
  const { stride } = rootLayout(type, width)
  const matrices = scatter(parts, stride)
  const count = matrices.length / (width * width)
  for (let c = 0; c < count; c++) {
    const matrix = matrices.subarray(c * width * width, (c + 1) * width * width)
    const total = type === 'tied' ? rows : at(parts.totals, c)
    for (let i = 0; i < matrix.length; i++) matrix[i] = at(matrix, i) / total
    for (let i = 0; i < width; i++) addAt(matrix, i * width + i, ridge)
    if (!invertedFactor(matrix, width, least)) throw collapsed(c)
  }
  return matrices
}

/** Lower triangles of the sums of share x (row - mean)(row - mean)ᵀ, by component, or all in one. */
function scatter({ points: { rows, width, values }, shares, totals, means }: Parts, stride: number): Float64Array {
  const k = totals.length
  const matrices = new Float64Array(Math.max(stride * k, width * width))
  const away = new Float64Array(width)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < k; c++) {
      const share = at(shares, row * k + c)
      /** Most rows have next to nothing of most components: 3x at 8 components. */
      if (share < 1e-300) continue
      for (let i = 0; i < width; i++) away[i] = at(values, row * width + i) - at(means, c * width + i)
      addOuter(matrices, c * stride, away, share)
    }
  }
  return matrices
}

function addOuter(matrices: Float64Array, from: number, away: Float64Array, share: number): void {
  const width = away.length
  for (let i = 0; i < width; i++) {
    const scaled = share * at(away, i)
    for (let j = 0; j <= i; j++) addAt(matrices, from + i * width + j, scaled * at(away, j))
  }
}

function varianceRoots({ points, shares, totals, means }: Parts, { type, ridge, least }: CovarianceOptions): Float64Array {
  const { rows, width, values } = points
  const k = totals.length
  const variances = new Float64Array(k * width)
  for (let row = 0; row < rows; row++)
    for (let c = 0; c < k; c++)
      for (let i = 0; i < width; i++)
        addAt(variances, c * width + i, at(shares, row * k + c) * (at(values, row * width + i) - at(means, c * width + i)) ** 2)
  for (let i = 0; i < variances.length; i++) variances[i] = at(variances, i) / at(totals, Math.floor(i / width)) + ridge
  const kept =
    type === 'diag' ? variances : Float64Array.from({ length: k }, (_, c) => mean(variances.subarray(c * width, (c + 1) * width)))
  const flat = kept.findIndex((variance) => !(variance > least))
  if (flat >= 0) throw collapsed(Math.floor(flat / (kept.length / k)))
  return kept.map((variance) => 1 / Math.sqrt(variance))
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

const collapsed = (component: number): Fault =>
  new Fault(
    'invalid_input',
    `Component ${component} of the mixture has no spread in some direction. Raise reg_covar, lower n_components or use covariance_type diag.`,
  )
