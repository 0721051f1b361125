/**
 * What boosting makes small: for each objective its gradients (in the kernel), the best constant to start from, the loss
 * that learning curves show, and whether leaves answer a percentile of what is left instead of a Newton step.
 */
import { at } from '../at.ts'
import type { Problem } from '../problem.ts'
import { softmax } from '../softmax.ts'
import { type BoostingParams, objectiveOf } from './params.ts'
import { losses } from './tasks.ts'

export interface Loss {
  readonly kernel: number
  /** What the kernel is told: Huber's limit, the quantile, or Poisson's factor. */
  readonly parameter: number
  /** Gradient where a score hits its target: for quantiles that of a score above, as in LightGBM. Absent: 0. */
  readonly hit?: number
  /** Leaves answer this quantile of the residuals of their rows. */
  readonly quantile?: number
  /** The best constant, by output. `rows` are those to learn from. */
  start(problem: Problem, rows: Uint32Array): Float64Array
  /** Of one row, from its raw scores (which it may overwrite). */
  loss(raw: Float64Array, target: number): number
}

/** LightGBM's poisson_max_delta_step: keeps steps short where counts are rare. */
const poissonStep = 0.7

export function lossOf(problem: Problem, { objective, alpha }: BoostingParams): Loss {
  switch (objectiveOf(problem.task, objective)) {
    case 'binary':
      return { kernel: losses.logistic, parameter: 0, start: logOdds, loss: logLoss }
    case 'multiclass':
      return { kernel: losses.softmax, parameter: 0, start: (...of) => classShares(...of).map(Math.log), loss: softmaxLoss }
    case 'l2':
      return { kernel: losses.squared, parameter: Number.POSITIVE_INFINITY, start: mean, loss: (raw, y) => (at(raw, 0) - y) ** 2 }
    case 'huber':
      return { kernel: losses.squared, parameter: alpha, start: mean, loss: (raw, y) => huberLoss(Math.abs(at(raw, 0) - y), alpha) }
    case 'mae':
      return quantileLoss(0.5, 2)
    case 'quantile':
      return { ...quantileLoss(alpha, 1), hit: 1 - alpha }
    case 'poisson':
      return { kernel: losses.poisson, parameter: Math.exp(poissonStep), start: logMean, loss: poissonLoss }
  }
}

function quantileLoss(alpha: number, scale: number): Loss {
  return {
    kernel: losses.pinball,
    parameter: alpha,
    quantile: alpha,
    start: ({ target, weights }, rows) => {
      const values = Float64Array.from(rows, (row) => at(target, row))
      return Float64Array.of(percentile(values, alpha, weights && Float64Array.from(rows, (row) => at(weights, row))))
    },
    loss: (raw, y) => {
      const left = y - at(raw, 0)
      return scale * (left > 0 ? alpha * left : (alpha - 1) * left)
    },
  }
}

/** Shares of the classes, kept off 0 and 1, where log odds end. */
function classShares({ target, weights, classes }: Problem, rows: Uint32Array): Float64Array {
  const sums = new Float64Array(classes)
  let total = 0
  for (const row of rows) {
    const weight = weights?.[row] ?? 1
    sums[at(target, row)] = at(sums, at(target, row)) + weight
    total += weight
  }
  return sums.map((sum) => Math.min(1 - 1e-12, Math.max(1e-12, sum / total)))
}

function logOdds(problem: Problem, rows: Uint32Array): Float64Array {
  const share = at(classShares(problem, rows), 1)
  return Float64Array.of(Math.log(share / (1 - share)))
}

function mean({ target, weights }: Problem, rows: Uint32Array): Float64Array {
  let [sum, total] = [0, 0]
  for (const row of rows) {
    const weight = weights?.[row] ?? 1
    sum += weight * at(target, row)
    total += weight
  }
  return Float64Array.of(sum / total)
}

const logMean = (problem: Problem, rows: Uint32Array): Float64Array => mean(problem, rows).map((value) => Math.log(Math.max(1e-9, value)))

/** log(1 + e^-margin), which overflows nowhere. */
function logLoss(raw: Float64Array, y: number): number {
  const margin = y === 1 ? at(raw, 0) : -at(raw, 0)
  return Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin)
}

function softmaxLoss(raw: Float64Array, y: number): number {
  softmax(raw)
  return -Math.log(Math.max(1e-300, at(raw, y)))
}

const huberLoss = (error: number, limit: number): number => (error <= limit ? error ** 2 / 2 : limit * (error - limit / 2))

const poissonLoss = (raw: Float64Array, y: number): number => Math.exp(at(raw, 0)) - y * at(raw, 0)

/**
 * The share `alpha` of sorted values, linear between neighbours; with weights the first value that has `alpha` of all weight
 * up to it. `values` is sorted in place where there are no weights.
 */
export function percentile(values: Float64Array, alpha: number, weights?: Float64Array): number {
  if (weights !== undefined) return weightedPercentile(values, alpha, weights)
  const sorted = values.sort()
  const place = (sorted.length - 1) * alpha
  const low = Math.floor(place)
  const [below, above] = [at(sorted, low), at(sorted, Math.min(sorted.length - 1, low + 1))]
  return below + (place - low) * (above - below)
}

function weightedPercentile(values: Float64Array, alpha: number, weights: Float64Array): number {
  const order = Uint32Array.from(values.keys()).sort((a, b) => at(values, a) - at(values, b) || a - b)
  let rest = alpha * weights.reduce((sum, weight) => sum + weight, 0)
  for (const index of order) {
    rest -= at(weights, index)
    if (rest <= 0) return at(values, index)
  }
  return at(values, order.at(-1) ?? 0)
}
