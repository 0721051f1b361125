/**
 * Gauss and Legendre's rule: a weighted sum over n points that integrates polynomials of degree up to 2n - 1 exactly.
 * Shapley values are such integrals (see path-shap.ts).
 */

export interface Rule {
  /** Inside 0 and 1, falling. */
  readonly points: Float64Array
  /** They add up to 1. */
  readonly weights: Float64Array
}

const rules = new Map<number, Rule>()

/** The rule of `n` points (at least 1) on the interval from 0 to 1. */
export function gaussLegendre(n: number): Rule {
  const known = rules.get(n)
  if (known !== undefined) return known
  const points = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const x = rootOfLegendre(n, i)
    const { slope } = legendre(n, x)
    points[i] = (x + 1) / 2
    weights[i] = 1 / ((1 - x * x) * slope * slope)
  }
  const rule = { points, weights }
  rules.set(n, rule)
  return rule
}

/** Newton's steps from Tricomi's guess; quadratic, so a handful reach the last digit. */
function rootOfLegendre(n: number, i: number): number {
  let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
  for (let step = 0; step < 50; step++) {
    const { value, slope } = legendre(n, x)
    const next = x - value / slope
    if (Math.abs(next - x) < 1e-16) return next
    x = next
  }
  return x
}

/** Legendre's polynomial of degree `n` at `x` inside -1 and 1, by its recurrence (Bonnet). */
function legendre(n: number, x: number): { readonly value: number; readonly slope: number } {
  let before = 1
  let value = x
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k
    before = value
    value = next
  }
  return { value, slope: (n * (x * value - before)) / (x * x - 1) }
}
