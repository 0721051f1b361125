/** How far predicted numbers are from the true ones, in scikit-learn's definitions. What the numbers cannot define is NaN. */
import { at } from '../models/at.ts'

export interface Numbers {
  readonly target: Float64Array
  readonly scores: Float64Array
  /** 0 for rows that do not count. */
  readonly weights?: Float64Array | undefined
}

/** Rows by rising absolute error: worked out once, however often they are weighed anew. */
export function byError({ target, scores }: Numbers): Uint32Array {
  const errors = Float64Array.from(target, (y, row) => Math.abs(y - at(scores, row)))
  return Uint32Array.from(errors, (_, row) => row).sort((a, b) => at(errors, a) - at(errors, b))
}

/** Every measure of metricsOf.regression. */
export function regressionMetrics(numbers: Numbers, order: Uint32Array = byError(numbers)): Readonly<Record<string, number>> {
  const { target, scores } = numbers
  const total = sumOf(numbers, () => 1)
  const mean = (of: (y: number, p: number) => number): number => sumOf(numbers, of) / total
  const centre = mean((y) => y)
  const bias = mean((y, p) => y - p)
  const squares = mean((y, p) => (y - p) ** 2)
  const spread = mean((y) => (y - centre) ** 2)
  const aboveMinusOne = target.every((y) => y > -1) && scores.every((p) => p > -1)
  return {
    rmse: Math.sqrt(squares),
    mae: mean((y, p) => Math.abs(y - p)),
    r2: explained(squares, spread),
    mse: squares,
    median_ae: medianError(numbers, order),
    max_error: largestError(numbers, order),
    /** Not defined where a true value is 0. */
    mape: mean((y, p) => Math.abs((y - p) / y)),
    explained_variance: explained(
      mean((y, p) => (y - p - bias) ** 2),
      spread,
    ),
    rmsle: aboveMinusOne ? Math.sqrt(mean((y, p) => (Math.log1p(y) - Math.log1p(p)) ** 2)) : Number.NaN,
    'pinball_0.1': pinball(numbers, 0.1),
    'pinball_0.9': pinball(numbers, 0.9),
    poisson_deviance: poissonDeviance(numbers),
  }
}

/** What a prediction of the `quantile` (0 to 1) is judged by: missing below costs `quantile` per unit, above the rest of 1. */
export function pinball(numbers: Numbers, quantile: number): number {
  const loss = sumOf(numbers, (y, p) => (y >= p ? quantile * (y - p) : (1 - quantile) * (p - y)))
  return loss / sumOf(numbers, () => 1)
}

/** Mean deviance of counts; NaN unless every true value is 0 or more and every prediction above 0. */
function poissonDeviance(numbers: Numbers): number {
  if (!numbers.target.every((y) => y >= 0) || !numbers.scores.every((p) => p > 0)) return Number.NaN
  const deviance = sumOf(numbers, (y, p) => 2 * ((y === 0 ? 0 : y * Math.log(y / p)) - y + p))
  return deviance / sumOf(numbers, () => 1)
}

/** scikit-learn's convention where the target does not vary: 1 for no error, else 0. */
function explained(error: number, spread: number): number {
  if (spread > 0) return 1 - error / spread
  return error === 0 ? 1 : 0
}

/** The median absolute error; by weight, the middle of two where half the weight ends between them. */
function medianError(numbers: Numbers, order: Uint32Array): number {
  const half = sumOf(numbers, () => 1) / 2
  let before = 0
  let reached = Number.NaN
  for (const row of order) {
    const weight = numbers.weights?.[row] ?? 1
    if (weight === 0) continue
    const error = errorOf(numbers, row)
    if (!Number.isNaN(reached)) return (reached + error) / 2
    before += weight
    if (before > half) return error
    if (before === half) reached = error
  }
  return reached
}

function largestError(numbers: Numbers, order: Uint32Array): number {
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] ?? 0
    if (numbers.weights?.[row] !== 0) return errorOf(numbers, row)
  }
  return Number.NaN
}

const errorOf = ({ target, scores }: Numbers, row: number): number => Math.abs(at(target, row) - at(scores, row))

/** Weighted. Plain loop: twelve passes over 10⁵ rows for each of a thousand resamples (4x over reduce). */
function sumOf({ target, scores, weights }: Numbers, of: (y: number, p: number) => number): number {
  let sum = 0
  for (let row = 0; row < target.length; row++) {
    const weight = weights === undefined ? 1 : at(weights, row)
    if (weight !== 0) sum += weight * of(at(target, row), at(scores, row))
  }
  return sum
}
