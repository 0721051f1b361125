/** What training makes small, with its gradient by the scores: softmax log loss, or half the squared error. */
import { softmax } from '../softmax.ts'

/** Answers and weights of some rows; both in the order of the scores. */
export interface Answers {
  readonly rows: number
  readonly target: Float64Array
  /** Absent: all count the same. */
  readonly weights?: Float64Array
}

/**
 * Returns the sum of weight x loss over the rows. `gradient` gets its derivative by every score, divided by the number
 * of rows: the step of a batch should not depend on its size.
 */
export type Loss = (scores: Float32Array, answers: Answers, gradient?: Float32Array) => number

/** `target` is the index of the class, and there are `classes` scores a row. */
export function crossEntropy(classes: number): Loss {
  const shares = new Float64Array(classes)
  return (scores, { rows, target, weights }, gradient) => {
    let sum = 0
    for (let row = 0; row < rows; row++) {
      const from = row * classes
      for (let k = 0; k < classes; k++) shares[k] = scores[from + k] ?? 0
      softmax(shares)
      const y = target[row] ?? 0
      const weight = weights?.[row] ?? 1
      sum -= weight * Math.log(Math.max(shares[y] ?? 0, Number.MIN_VALUE))
      shares[y] = (shares[y] ?? 0) - 1
      gradient?.set(scaled(shares, weight / rows), from)
    }
    return sum
  }
}

function scaled(values: Float64Array, by: number): Float64Array {
  for (let k = 0; k < values.length; k++) values[k] = (values[k] ?? 0) * by
  return values
}

/** One score a row. */
export const squaredError: Loss = (scores, { rows, target, weights }, gradient) => {
  let sum = 0
  for (let row = 0; row < rows; row++) {
    const away = (scores[row] ?? 0) - (target[row] ?? 0)
    const weight = weights?.[row] ?? 1
    sum += (weight * away * away) / 2
    if (gradient !== undefined) gradient[row] = (weight * away) / rows
  }
  return sum
}
