/** How far a mean over queries can be trusted: 95 % intervals by resampling the queries (Efron 1979, percentile bootstrap). */
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
