/**
 * Minimises a smooth function from its gradients by limited-memory BFGS (Nocedal & Wright, Numerical Optimization, alg. 7.4),
 * and with an L1 penalty on top of it by the orthant-wise variant (Andrew & Gao 2007, OWL-QN): each step stays where no
 * weight changes its sign, so that there the penalty is smooth too, and weights that would cross 0 stop at 0.
 */
import { addAt, at } from '../at.ts'

export interface MinimiseOptions {
  readonly iterations: number
  /** Stop when no component of the gradient exceeds it. */
  readonly tolerance: number
  /** Weight of |x| by component; absent: none. */
  readonly l1?: Float64Array
  /** About the second derivative at the start, by component, above 0: steps are measured by it. Absent: unknown. */
  readonly curvature?: Float64Array
}

export interface Minimum {
  readonly x: Float64Array
  /** With the penalty. */
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

/** Writes the gradient of the smooth part at x and returns its value. */
type Evaluate = (x: Float64Array, gradient: Float64Array) => number

interface Point {
  readonly x: Float64Array
  readonly gradient: Float64Array
  readonly value: number
}

const memory = 10

export function minimise(evaluate: Evaluate, start: Float64Array, options: MinimiseOptions): Minimum {
  const { l1, curvature } = options
  const first = new Float64Array(start.length)
  let here: Point = { x: start.slice(), gradient: first, value: 0 }
  here = { ...here, value: evaluate(here.x, first) + penalty(here.x, l1) }
  const past: Step[] = []
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const slope = steepest(here, l1)
    if (largest(slope) <= options.tolerance) return { x: here.x, value: here.value, iterations: iteration, converged: true }
    const direction = twoLoop(slope, past, curvature)
    if (l1 !== undefined) keepDescending(direction, slope, l1)
    const length = past.length > 0 || curvature !== undefined ? 1 : Math.min(1, 1 / Math.sqrt(dot(slope, slope)))
    const next = backtrack(evaluate, { here, direction, slope, length, l1 })
    if (next === null) return { x: here.x, value: here.value, iterations: iteration, converged: false }
    remember(past, here, next)
    here = next
  }
  return { x: here.x, value: here.value, iterations: options.iterations, converged: false }
}

function penalty(x: Float64Array, l1: Float64Array | undefined): number {
  let sum = 0
  if (l1 !== undefined) for (let i = 0; i < x.length; i++) sum += at(l1, i) * Math.abs(at(x, i))
  return sum
}

/** The gradient of value and penalty; at 0, where the penalty has a kink, the one-sided slope that descends, or 0. */
function steepest({ x, gradient }: Point, l1: Float64Array | undefined): Float64Array {
  if (l1 === undefined) return gradient
  return gradient.map((g, i) => {
    const strength = at(l1, i)
    const sign = Math.sign(at(x, i))
    return sign === 0 ? Math.sign(g) * Math.max(0, Math.abs(g) - strength) : g + sign * strength
  })
}

interface Step {
  readonly s: Float64Array
  readonly y: Float64Array
  readonly rho: number
}

/** The quasi-Newton direction -H·slope. */
function twoLoop(slope: Float64Array, past: readonly Step[], curvature: Float64Array | undefined): Float64Array {
  const q = slope.slice()
  const alphas: number[] = []
  for (const { s, y, rho } of past.toReversed()) {
    const alpha = rho * dot(s, q)
    alphas.push(alpha)
    addScaled(q, y, -alpha)
  }
  const last = past.at(-1)
  const preconditioned = (v: Float64Array): Float64Array => (curvature === undefined ? v : v.map((value, i) => value / at(curvature, i)))
  const scale = last === undefined ? 1 : 1 / (last.rho * dot(last.y, preconditioned(last.y)))
  const direction = preconditioned(q)
  for (let i = 0; i < q.length; i++) direction[i] = scale * at(direction, i)
  for (const [i, { s, y, rho }] of past.entries()) addScaled(direction, s, (alphas[past.length - 1 - i] ?? 0) - rho * dot(y, direction))
  for (let i = 0; i < q.length; i++) direction[i] = -at(direction, i)
  return direction
}

/** Penalised components of the direction that do not descend are dropped. */
function keepDescending(direction: Float64Array, slope: Float64Array, l1: Float64Array): void {
  for (let i = 0; i < direction.length; i++) if (at(l1, i) > 0 && at(direction, i) * at(slope, i) >= 0) direction[i] = 0
}

interface Search {
  readonly here: Point
  readonly direction: Float64Array
  readonly slope: Float64Array
  readonly length: number
  readonly l1: Float64Array | undefined
}

/** Halves the step until the value falls enough (Armijo); null when no step helps. */
function backtrack(evaluate: Evaluate, { here, direction, slope, length, l1 }: Search): Point | null {
  if (!(dot(direction, slope) < 0)) return null
  const gradient = new Float64Array(direction.length)
  for (let step = length; step > 1e-14; step /= 2) {
    const x = here.x.slice()
    addScaled(x, direction, step)
    if (l1 !== undefined) stopAtZero(x, here.x, { slope, l1 })
    const value = evaluate(x, gradient) + penalty(x, l1)
    let promised = 0
    for (let i = 0; i < x.length; i++) promised += at(slope, i) * (at(x, i) - at(here.x, i))
    if (value <= here.value + 1e-4 * promised) return { x, gradient, value }
  }
  return null
}

/** Penalised components that left their side of 0, or the side that the slope sent them to, become 0. */
function stopAtZero(x: Float64Array, from: Float64Array, { slope, l1 }: { readonly slope: Float64Array; readonly l1: Float64Array }): void {
  for (let i = 0; i < x.length; i++) {
    const side = at(from, i) === 0 ? -at(slope, i) : at(from, i)
    if (at(l1, i) > 0 && at(x, i) * side <= 0) x[i] = 0
  }
}

function remember(past: Step[], here: Point, next: Point): void {
  const s = next.x.map((component, i) => component - at(here.x, i))
  const y = next.gradient.map((component, i) => component - at(here.gradient, i))
  const curved = dot(s, y)
  if (curved > 1e-12 * dot(y, y)) past.push({ s, y, rho: 1 / curved })
  if (past.length > memory) past.shift()
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
