/** Least squares with an L2 penalty, (Xᵀ W X + alpha I) w = Xᵀ W y: by Cholesky's factor, or from the rows where X is wide. */
import { addAt, at } from '../at.ts'
import { solvePositive } from './cholesky.ts'
import { solveByProducts } from './conjugate-gradient.ts'
import type { Gram } from './gram.ts'
import type { LeastSquares } from './least-squares.ts'
import { forEachStretch, multiply, multiplyTransposed, stretchRows } from './products.ts'

/**
 * Categories make the design collinear, and so may numbers: the least penalty that can be solved is used when `alpha` is
 * too small. Throws a RangeError when none can.
 */
export function ridgeOfGram({ matrix, moments, width }: Gram, alpha: number): Float64Array {
  let trace = 0
  for (let slot = 0; slot < width; slot++) trace += at(matrix, slot * width + slot)
  const least = Math.max(alpha, (1e-10 * trace) / Math.max(1, width))
  for (let penalty = least; Number.isFinite(penalty); penalty = Math.max(1e-12, penalty * 10)) {
    const shifted = matrix.slice()
    for (let slot = 0; slot < width; slot++) addAt(shifted, slot * width + slot, penalty)
    const weights = solvePositive(shifted, moments)
    if (weights?.every(Number.isFinite)) return weights
  }
  throw new RangeError(`The ${width} normal equations are not finite.`)
}

export interface WideOptions {
  readonly alpha: number
  readonly progress: (fraction: number) => void
}

/** The columns are centred by what their means take from every score; residuals around a mean need no such care. */
export function ridgeOfRows({ design, target, weights, means }: LeastSquares, { alpha, progress }: WideOptions): Float64Array {
  const buffer = new Float64Array(stretchRows)
  const weigh = (from: number, length: number): void => {
    if (weights !== undefined) for (let i = 0; i < length; i++) buffer[i] = at(buffer, i) * at(weights, from + i)
  }
  const moments = new Float64Array(design.width)
  forEachStretch(design.rows, (stretch) => {
    buffer.set(target.subarray(stretch.from, stretch.from + stretch.length))
    weigh(stretch.from, stretch.length)
    multiplyTransposed(design, buffer, stretch, moments)
  })
  const times = (x: Float64Array, into: Float64Array): void => {
    for (let slot = 0; slot < into.length; slot++) into[slot] = alpha * at(x, slot)
    const shift = -dot(means, x)
    forEachStretch(design.rows, (stretch) => {
      buffer.fill(shift)
      multiply(design, x, stretch, buffer)
      weigh(stretch.from, stretch.length)
      multiplyTransposed(design, buffer, stretch, into)
    })
  }
  const diagonal = diagonalOf({ design, weights, means }, alpha)
  return solveByProducts({ times, diagonal }, moments, { tolerance: 1e-7, iterations: 1000, progress })
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i)
  return sum
}

/** Numbers are standardised, so that each has the variance 1; of a category it is p (1 - p). */
function diagonalOf({ design, means }: Pick<LeastSquares, 'design' | 'weights' | 'means'>, alpha: number): Float64Array {
  const diagonal = means.map((mean) => Math.max(design.rows * mean * (1 - mean), 1e-9 * design.rows) + alpha)
  for (const { slot } of design.numbers) diagonal[slot] = design.rows + alpha
  return diagonal
}
