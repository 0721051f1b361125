/**
 * The log loss of a linear classifier, its gradient and about its curvature. Rows are visited stretch by stretch: scores,
 * residuals and their products with the columns while the columns are still in the cache.
 */
import { addAt, at } from '../at.ts'
import { type Problem, prior } from '../problem.ts'
import type { Design } from './design.ts'
import { forEachStretch, multiply, multiplyTransposed, stretchRows } from './products.ts'

/** Of weights `x`: output by output, those of the design's slots and then the intercept. */
export interface LogLoss {
  /** Two classes need one output, the log odds of the second; many have one each. */
  readonly outputs: number
  /** Weights of one output: slots and intercept. */
  readonly size: number
  /** Adds the gradient at x and returns the loss, both sums over the rows. */
  readonly evaluate: (x: Float64Array, gradient: Float64Array) => number
  /** The best intercepts while the weights are 0. */
  readonly start: Float64Array
  /** The second derivatives there, by component. */
  readonly curvature: Float64Array
}

export function logLossOf(design: Design, problem: Problem): LogLoss {
  const outputs = problem.classes === 2 ? 1 : problem.classes
  const size = design.width + 1
  const buffers = Array.from({ length: outputs }, () => new Float64Array(stretchRows))
  const residualsOf = outputs === 1 ? binaryResiduals : softmaxResiduals
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    let loss = 0
    forEachStretch(design.rows, (stretch) => {
      for (const [k, buffer] of buffers.entries()) {
        const weights = x.subarray(k * size, (k + 1) * size)
        buffer.fill(at(weights, size - 1))
        multiply(design, weights, stretch, buffer)
      }
      loss += residualsOf(buffers, problem, stretch)
      for (const [k, buffer] of buffers.entries()) {
        const part = gradient.subarray(k * size, (k + 1) * size)
        multiplyTransposed(design, buffer, stretch, part)
        let sum = 0
        for (let i = 0; i < stretch.length; i++) sum += at(buffer, i)
        addAt(part, size - 1, sum)
      }
    })
    return loss
  }
  return { outputs, size, evaluate, ...atShares(design, problem, outputs) }
}

interface Rows {
  readonly from: number
  readonly length: number
}

/** Replaces log odds by weight x (p - y); returns the log loss. */
function binaryResiduals([scores]: readonly Float64Array[], { target, weights }: Problem, { from, length }: Rows): number {
  if (scores === undefined) return 0
  let sum = 0
  let product = 1
  for (let i = 0; i < length; i++) {
    const z = at(scores, i)
    const y = at(target, from + i)
    const weight = weights === undefined ? 1 : at(weights, from + i)
    const e = Math.exp(-Math.abs(z))
    const p = (z >= 0 ? 1 : e) / (1 + e)
    scores[i] = weight * (p - y)
    sum += weight * (Math.max(z, 0) - y * z)
    /** Of factors up to 2, one logarithm for 512 is as exact as 512 and spares their time. */
    if (weights !== undefined) sum += weight * Math.log1p(e)
    else product *= 1 + e
    if ((i & 511) === 511) {
      sum += Math.log(product)
      product = 1
    }
  }
  return sum + Math.log(product)
}

/** Replaces scores by weight x (p - [y = k]); returns the log loss. Class by class, so that each loop runs along a buffer. */
function softmaxResiduals(scores: readonly Float64Array[], { target, weights }: Problem, { from, length }: Rows): number {
  const weight = weights?.subarray(from, from + length) ?? new Float64Array(length).fill(1)
  const tops = new Float64Array(length).fill(Number.NEGATIVE_INFINITY)
  for (const score of scores) for (let i = 0; i < length; i++) tops[i] = Math.max(at(tops, i), at(score, i))
  let sum = 0
  for (let i = 0; i < length; i++) sum += at(weight, i) * (at(tops, i) - at(scores[at(target, from + i)] ?? tops, i))
  const totals = new Float64Array(length)
  for (const score of scores) exponentials(score, tops, totals)
  for (let i = 0; i < length; i++) {
    sum += at(weight, i) * Math.log(at(totals, i))
    totals[i] = at(weight, i) / at(totals, i)
  }
  for (const score of scores) for (let i = 0; i < length; i++) score[i] = at(score, i) * at(totals, i)
  for (let i = 0; i < length; i++) addAt(scores[at(target, from + i)] ?? totals, i, -at(weight, i))
  return sum
}

/** Replaces scores by their exponentials, shifted by the largest of the row, and adds these to `totals`. */
function exponentials(score: Float64Array, tops: Float64Array, totals: Float64Array): void {
  for (let i = 0; i < totals.length; i++) {
    score[i] = Math.exp(at(score, i) - at(tops, i))
    addAt(totals, i, at(score, i))
  }
}

/** Classes that no row has get a share as if they had half a row, so that their log odds are finite. */
function atShares(design: Design, problem: Problem, outputs: number): Pick<LogLoss, 'start' | 'curvature'> {
  const size = design.width + 1
  const shares = prior(problem).map((share) => Math.min(Math.max(share, 0.5 / design.rows), 1 - 0.5 / design.rows))
  const counts = countsOf(design, problem)
  const start = new Float64Array(outputs * size)
  const curvature = new Float64Array(outputs * size)
  for (let k = 0; k < outputs; k++) {
    const share = at(shares, outputs === 1 ? 1 : k)
    start[k * size + size - 1] = outputs === 1 ? Math.log(share / (1 - share)) : Math.log(share)
    for (let slot = 0; slot < size; slot++) curvature[k * size + slot] = share * (1 - share) * at(counts, slot)
  }
  return { start, curvature }
}

/** Weighted sum of squares of each slot, and last of the intercept's ones. */
function countsOf(design: Design, { weights }: Problem): Float64Array {
  const counts = new Float64Array(design.width + 1)
  const ones = new Float64Array(stretchRows).fill(1)
  forEachStretch(design.rows, (stretch) => {
    multiplyTransposed(design, weights?.subarray(stretch.from, stretch.from + stretch.length) ?? ones, stretch, counts)
  })
  for (const { slot } of design.numbers) counts[slot] = design.rows
  counts[design.width] = design.rows
  return counts.map((count) => Math.max(count, Number.EPSILON * design.rows))
}
