/** A regression around its means: the intercept is not penalised, so that it drops out and is found last. */
import { Fault } from '../../../platform/fault.ts'
import { at } from '../at.ts'
import { type Problem, prior } from '../problem.ts'
import { type Design, designOf } from './design.ts'
import { forEachStretch, multiplyTransposed, stretchRows } from './products.ts'

export interface LeastSquares {
  readonly design: Design
  /** Minus `mean`. */
  readonly target: Float64Array
  /** Weighted mean of the target. */
  readonly mean: number
  /** 1 on average. Absent: all 1. */
  readonly weights: Float64Array | undefined
  /** Weighted mean of each slot of the design. */
  readonly means: Float64Array
  /** Weighted sum of the squares of `target`. */
  readonly squares: number
}

/** Throws `invalid_input` when the values are too large to square. */
export function leastSquaresOf(problem: Problem): LeastSquares {
  const { weights, rows } = problem
  const mean = at(prior(problem), 0)
  const target = new Float64Array(rows)
  let squares = 0
  for (let row = 0; row < rows; row++) {
    target[row] = at(problem.target, row) - mean
    squares += (weights === undefined ? 1 : at(weights, row)) * at(target, row) ** 2
  }
  if (!Number.isFinite(squares))
    throw new Fault('invalid_input', 'The target has values too large to square. Divide it by a power of ten and try again.')
  const design = designOf(problem)
  return { design, target, mean, weights, means: meansOf(design, weights), squares }
}

/** Weighted mean of each slot of the design. */
export function meansOf(design: Design, weights: Float64Array | undefined): Float64Array {
  const means = new Float64Array(design.width)
  const ones = new Float64Array(stretchRows).fill(1)
  forEachStretch(design.rows, (stretch) => {
    multiplyTransposed(design, weights?.subarray(stretch.from, stretch.from + stretch.length) ?? ones, stretch, means)
  })
  for (let slot = 0; slot < means.length; slot++) means[slot] = at(means, slot) / design.rows
  return means
}

/** What the target is where every slot of the design is 0. */
export function interceptOf({ mean, means }: LeastSquares, weights: Float64Array): number {
  let intercept = mean
  for (let slot = 0; slot < means.length; slot++) intercept -= at(weights, slot) * at(means, slot)
  return intercept
}
