/** How far a mean over queries can be trusted: 95 % intervals by resampling the queries (Efron 1979, percentile bootstrap). */
import { mean } from './ranking.ts'

export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

const rounds = 2000

/** The same for the same values. Of differences it tells whether one ranking is better than another on queries like these. */
export function bootstrap(values: readonly number[]): Interval {
  const random = generator(1)
  const means = Array.from({ length: rounds }, () => {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)] ?? 0
    return sum / values.length
  }).sort((left, right) => left - right)
  return { mean: mean(values), low: means[Math.floor(0.025 * rounds)] ?? Number.NaN, high: means[Math.floor(0.975 * rounds)] ?? Number.NaN }
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
