/** How far a number from few cases can be trusted: 95 % intervals of means by resampling (Efron 1979, percentile bootstrap), of shares by Wilson's formula. */
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { mean } from './ranking.ts'

export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

const rounds = 2000

/** The same for the same values. Of differences it tells whether one ranking is better than another on queries like these. */
export function bootstrap(values: readonly number[]): Interval {
  const random = seededRandom(1)
  const means = Array.from({ length: rounds }, () => {
    let sum = 0
    for (let draw = 0; draw < values.length; draw++) sum += values[Math.floor(random() * values.length)] ?? 0
    return sum / values.length
  }).sort((left, right) => left - right)
  return { mean: mean(values), low: means[Math.floor(0.025 * rounds)] ?? Number.NaN, high: means[Math.floor(0.975 * rounds)] ?? Number.NaN }
}

/** Wilson's score interval (Wilson 1927) for k of n, at 95 % where `z` is not given; both ends in [0, 1], to three digits. */
export function wilson(k: number, n: number, z = 1.96): readonly [number, number] {
  if (n === 0) return [0, 0]
  const p = k / n
  const divisor = 1 + (z * z) / n
  const centre = p + (z * z) / (2 * n)
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n))
  return [round((centre - half) / divisor, 3), round((centre + half) / divisor, 3)]
}

/** As few digits as a report shows. */
export const round = (value: number, digits = 4): number => Number(value.toFixed(digits))
