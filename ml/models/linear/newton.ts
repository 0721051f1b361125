/**
 * Newton's method for the log loss of two classes: each step solves a least squares problem whose rows count by p (1 - p)
 * (McCullagh & Nelder 1989, section 2.5). A step costs a matrix of slots by slots, but near the bottom three or four reach
 * it, where quasi-Newton steps may need hundreds when columns are nearly collinear.
 */
import { addAt, at } from '../at.ts'
import { sigmoid } from '../softmax.ts'
import type { Design } from './design.ts'
import { gramOf } from './gram.ts'
import { meansOf } from './least-squares.ts'
import { forEachStretch, multiply, stretchRows } from './products.ts'
import { ridgeOfGram } from './ridge.ts'

export interface NewtonOptions {
  readonly design: Design
  /** 1 on average. Absent: all 1. */
  readonly weights: Float64Array | undefined
  /** Strength of the penalty w²/2 beside the mean loss. */
  readonly l2: number
  readonly iterations: number
  /** Stop when no component of the gradient exceeds it. */
  readonly tolerance: number
}

/** `evaluate` writes the gradient of mean loss and penalty at x, the slots' weights and then the intercept, and returns the value. */
export function newton(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  options: NewtonOptions,
): Float64Array {
  let x = start
  let gradient = new Float64Array(x.length)
  let value = evaluate(x, gradient)
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (gradient.every((each) => Math.abs(each) <= options.tolerance)) break
    const step = newtonStep(x, gradient, options)
    const slope = step.reduce((sum, each, i) => sum - each * at(gradient, i), 0)
    let length = 1
    let next = x
    let reached = Number.POSITIVE_INFINITY
    const nextGradient = new Float64Array(x.length)
    for (; length > 1e-6 && !(reached <= value + 1e-4 * length * slope); length /= 2) {
      next = x.map((each, i) => each - length * at(step, i))
      reached = evaluate(next, nextGradient)
    }
    if (!(reached < value)) break
    x = next
    value = reached
    gradient = nextGradient
  }
  return x
}

/** With columns around their means the intercept stands alone, and the rest is a ridge regression on the gradient. */
function newtonStep(x: Float64Array, gradient: Float64Array, { design, weights, l2 }: NewtonOptions): Float64Array {
  const { rows, width } = design
  const counts = rowCurvatures(x, design, weights)
  const mean = Math.max(counts.reduce((sum, each) => sum + each, 0) / rows, Number.MIN_VALUE)
  for (let row = 0; row < rows; row++) counts[row] = at(counts, row) / mean
  const means = meansOf(design, counts)
  const { matrix } = gramOf({ design, weights: counts, means, target: new Float64Array(rows) })
  const bias = at(gradient, width)
  const moments = means.map((each, slot) => ((at(gradient, slot) - bias * each) * rows) / mean)
  const step = new Float64Array(width + 1)
  step.set(ridgeOfGram({ matrix, moments, width }, (l2 * rows) / mean))
  step[width] = bias / mean
  for (let slot = 0; slot < width; slot++) addAt(step, width, -at(means, slot) * at(step, slot))
  return step
}

/** Weight x p (1 - p) of each row. */
function rowCurvatures(x: Float64Array, design: Design, weights: Float64Array | undefined): Float64Array {
  const counts = new Float64Array(design.rows)
  const buffer = new Float64Array(stretchRows)
  forEachStretch(design.rows, (stretch) => {
    buffer.fill(at(x, design.width))
    multiply(design, x, stretch, buffer)
    for (let i = 0; i < stretch.length; i++) {
      const p = sigmoid(at(buffer, i))
      counts[stretch.from + i] = p * (1 - p) * (weights === undefined ? 1 : at(weights, stretch.from + i))
    }
  })
  return counts
}
