/**
 * Solves A x = b for symmetric positive semidefinite A that is known only by its products with vectors: conjugate gradients
 * (Hestenes & Stiefel 1952) with the diagonal as preconditioner. For designs too wide for a matrix of slots by slots.
 */
import { addAt, at } from '../at.ts'

export interface Operator {
  /** Writes A x into `into`. */
  readonly times: (x: Float64Array, into: Float64Array) => void
  /** Of A; above 0. */
  readonly diagonal: Float64Array
}

export interface SolveOptions {
  /** Stop when the residual has shrunk to this share of what it was. */
  readonly tolerance: number
  readonly iterations: number
  readonly progress: (fraction: number) => void
}

/** Starts from 0, and so finds the shortest of many solutions (in the norm of the preconditioner). */
export function solveByProducts({ times, diagonal }: Operator, right: Float64Array, options: SolveOptions): Float64Array {
  const x = new Float64Array(right.length)
  const residual = right.slice()
  const image = new Float64Array(right.length)
  const scaled = residual.map((value, i) => value / at(diagonal, i))
  const direction = scaled.slice()
  let energy = dot(residual, scaled)
  const enough = energy * options.tolerance ** 2
  for (let iteration = 0; iteration < options.iterations && energy > enough; iteration++) {
    times(direction, image)
    const curvature = dot(direction, image)
    if (!(curvature > 0)) break
    const step = energy / curvature
    for (let i = 0; i < x.length; i++) {
      addAt(x, i, step * at(direction, i))
      addAt(residual, i, -step * at(image, i))
      scaled[i] = at(residual, i) / at(diagonal, i)
    }
    const next = dot(residual, scaled)
    for (let i = 0; i < x.length; i++) direction[i] = at(scaled, i) + (next / energy) * at(direction, i)
    energy = next
    options.progress(1 - 1 / (1 + iteration / 20))
  }
  return x
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i)
  return sum
}
