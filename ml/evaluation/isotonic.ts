/**
 * Isotonic regression: the rising staircase nearest to some points in squares, found by pooling neighbours that fall
 * (PAVA; Ayer et al. 1955, Barlow et al. 1972), with straight lines between the steps as scikit-learn draws them.
 */
import { at } from '../models/at.ts'

/** Corners of the curve: `x` rises strictly, `y` never falls. Outside the corners the curve is level. */
export interface RisingCurve {
  readonly x: Float64Array
  readonly y: Float64Array
}

interface Point {
  readonly x: number
  y: number
  weight: number
}

/** Points with the same `x` count as one at their mean. A weight of 0 counts as absent; empty without any point. */
export function fitIsotonic(x: Float64Array, y: Float64Array, weights?: Float64Array): RisingCurve {
  const points = distinctPoints(x, y, weights)
  const level = pooled(points)
  /** Only the ends of each level stretch matter to the lines in between. */
  const kept = points
    .map((_, i) => i)
    .filter((i) => i === 0 || i === points.length - 1 || level[i] !== level[i - 1] || level[i] !== level[i + 1])
  return { x: Float64Array.from(kept, (i) => points[i]?.x ?? 0), y: Float64Array.from(kept, (i) => level[i] ?? 0) }
}

/** The curve's height at `value`; NaN for a curve without corners. */
export function heightAt({ x, y }: RisingCurve, value: number): number {
  const last = x.length - 1
  if (last < 0) return Number.NaN
  if (!(value > at(x, 0))) return at(y, 0)
  if (value >= at(x, last)) return at(y, last)
  let low = 0
  let high = last
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (at(x, middle) <= value) low = middle
    else high = middle
  }
  const share = (value - at(x, low)) / (at(x, high) - at(x, low))
  return at(y, low) + (at(y, high) - at(y, low)) * share
}

/** By rising x, one for each distinct x. */
function distinctPoints(x: Float64Array, y: Float64Array, weights: Float64Array | undefined): readonly Point[] {
  const order = Uint32Array.from(x, (_, row) => row).sort((a, b) => (x[a] ?? 0) - (x[b] ?? 0))
  const points: Point[] = []
  for (const row of order) {
    const weight = weights?.[row] ?? 1
    if (weight === 0) continue
    const last = points.at(-1)
    if (last === undefined || last.x !== x[row]) points.push({ x: x[row] ?? 0, y: weight * (y[row] ?? 0), weight })
    else {
      last.y += weight * (y[row] ?? 0)
      last.weight += weight
    }
  }
  for (const point of points) point.y /= point.weight
  return points
}

/** The level of each point: whenever a block lies above the next, the two become one at their mean. */
function pooled(points: readonly Point[]): Float64Array {
  const blocks: { mean: number; weight: number; count: number }[] = []
  for (const { y, weight } of points) {
    let block = { mean: y, weight, count: 1 }
    for (let before = blocks.at(-1); before !== undefined && before.mean >= block.mean; before = blocks.at(-1)) {
      const total = before.weight + block.weight
      block = { mean: (before.mean * before.weight + block.mean * block.weight) / total, weight: total, count: before.count + block.count }
      blocks.pop()
    }
    blocks.push(block)
  }
  const level = new Float64Array(points.length)
  let at = 0
  for (const { mean, count } of blocks) {
    level.fill(mean, at, at + count)
    at += count
  }
  return level
}
