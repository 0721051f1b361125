/**
 * Least squares with an L1 and an L2 penalty (lasso, elastic net) by cyclic coordinate descent: each weight in turn takes
 * its best value while the others stand still, and once a round changes little, rounds visit only the weights that are not
 * zero (the active set) until those are settled (Friedman, Hastie & Tibshirani 2010, sections 2.1 to 2.6).
 */
import { at } from '../at.ts'

/** ½ wᵀ A w - bᵀ w, known by what one weight at a time needs. */
export interface Quadratic {
  readonly size: number
  /** A[j][j]; 0 for a weight that changes nothing. */
  readonly curvature: (j: number) => number
  /** b - A w at j: how fast the value falls as weight j grows. */
  readonly slope: (j: number) => number
  /** Adds `by` to weight j. */
  readonly move: (j: number, by: number) => void
}

export interface Penalties {
  /** Of |w|. */
  readonly l1: number
  /** Of w²/2. */
  readonly l2: number
}

export interface DescentOptions extends Penalties {
  /** Stop when a round over all weights lowers the value by no more than this at any one weight. */
  readonly tolerance: number
  readonly rounds: number
  readonly progress: (fraction: number) => void
}

/** Starts from weights of 0. */
export function descend(quadratic: Quadratic, options: DescentOptions): Float64Array {
  const weights = new Float64Array(quadratic.size)
  const all = Array.from(weights.keys())
  let rounds = 0
  const round = (visited: readonly number[]): number => {
    options.progress(1 - 1 / (1 + rounds++ / 50))
    let most = 0
    for (const j of visited) most = Math.max(most, visit({ quadratic, weights, options }, j))
    return most
  }
  while (rounds < options.rounds && round(all) > options.tolerance) {
    const active = all.filter((j) => at(weights, j) !== 0)
    while (rounds < options.rounds && round(active) > options.tolerance);
  }
  return weights
}

interface Descent {
  readonly quadratic: Quadratic
  readonly weights: Float64Array
  readonly options: Penalties
}

/** Moves one weight to its best value; returns how much of the value that is worth. */
function visit({ quadratic, weights, options: { l1, l2 } }: Descent, j: number): number {
  const curvature = quadratic.curvature(j)
  if (!(curvature > 0)) return 0
  const weight = at(weights, j)
  const pull = quadratic.slope(j) + curvature * weight
  const best = (Math.sign(pull) * Math.max(0, Math.abs(pull) - l1)) / (curvature + l2)
  if (best === weight) return 0
  quadratic.move(j, best - weight)
  weights[j] = best
  return curvature * (best - weight) ** 2
}
