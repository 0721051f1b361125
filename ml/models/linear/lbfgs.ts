/** Minimises a smooth function from its gradients: limited-memory BFGS (Nocedal & Wright, Numerical Optimization, alg. 7.4). */
import { addAt, at } from '../at.ts'

export interface MinimiseOptions {
  readonly iterations: number
  /** Stop when no component of the gradient exceeds it. */
  readonly tolerance: number
}

export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

const memory = 10

/** `evaluate` writes the gradient at x and returns the value. */
export function minimise(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  start: Float64Array,
  options: MinimiseOptions,
): Minimum {
  let x: Float64Array = start.slice()
  let gradient: Float64Array = new Float64Array(x.length)
  let value = evaluate(x, gradient)
  const past: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = []
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    if (largest(gradient) <= options.tolerance) return { x, value, iterations: iteration, converged: true }
    const direction = twoLoop(gradient, past)
    const slope = dot(direction, gradient)
    if (slope >= 0) return { x, value, iterations: iteration, converged: false }
    const first = past.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1
    const next = backtrack(evaluate, { x, value, direction, slope }, first)
    if (next === null) return { x, value, iterations: iteration, converged: false }
    const s = next.x.map((component, i) => component - at(x, i))
    const y = next.gradient.map((component, i) => component - at(gradient, i))
    const curvature = dot(s, y)
    if (curvature > 1e-12 * dot(y, y)) past.push({ s, y, rho: 1 / curvature })
    if (past.length > memory) past.shift()
    x = next.x
    gradient = next.gradient
    value = next.value
  }
  return { x, value, iterations: options.iterations, converged: false }
}

/** The quasi-Newton direction -H·gradient. */
function twoLoop(
  gradient: Float64Array,
  past: readonly { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[],
): Float64Array {
  const q = gradient.slice()
  const alphas: number[] = []
  for (const { s, y, rho } of past.toReversed()) {
    const alpha = rho * dot(s, q)
    alphas.push(alpha)
    addScaled(q, y, -alpha)
  }
  const last = past.at(-1)
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, last.y))
  for (let i = 0; i < q.length; i++) q[i] = scale * at(q, i)
  for (const [i, { s, y, rho }] of past.entries()) addScaled(q, s, (alphas[past.length - 1 - i] ?? 0) - rho * dot(y, q))
  for (let i = 0; i < q.length; i++) q[i] = -at(q, i)
  return q
}

/** Halves the step until the value falls enough (Armijo); null when no step helps. */
function backtrack(
  evaluate: (x: Float64Array, gradient: Float64Array) => number,
  from: { readonly x: Float64Array; readonly value: number; readonly direction: Float64Array; readonly slope: number },
  first: number,
): { readonly x: Float64Array; readonly gradient: Float64Array; readonly value: number } | null {
  const gradient = new Float64Array(from.x.length)
  for (let step = first; step > 1e-14; step /= 2) {
    const x = from.x.slice()
    addScaled(x, from.direction, step)
    const value = evaluate(x, gradient)
    if (value <= from.value + 1e-4 * step * from.slope) return { x, gradient, value }
  }
  return null
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += at(a, i) * at(b, i)
  return sum
}

function addScaled(to: Float64Array, from: Float64Array, by: number): void {
  for (let i = 0; i < to.length; i++) addAt(to, i, by * at(from, i))
}

function largest(values: Float64Array): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(at(values, i)))
  return most
}
