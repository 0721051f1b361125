/**
 * How far a metric can be trusted: rows are drawn again with replacement, a thousand times, and the middle 95 % of what is
 * then measured is the interval (Efron 1979, percentiles). A draw is a weight on each row, so nothing is copied or sorted
 * anew. Of very many rows a part is resampled and its spread is scaled by the root of the share (Bickel, Götze & van Zwet 1997).
 */
import { rowsOf } from './calibration.ts'
import { classificationMetrics, judge } from './classification.ts'
import { isBetter, type Metrics, measure, type Scored } from './metrics.ts'
import { byError, regressionMetrics } from './regression.ts'
import { seededRandom, shuffled } from './seeded-random.ts'

export interface MetricInterval {
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly seed: number
  /** Draws, 1,000 unless told. */
  readonly rounds?: number
  /** Share of draws inside, .95 unless told. */
  readonly level?: number
  /** Most rows that are resampled, 20,000 unless told; fewer for many classes. */
  readonly mostRows?: number
}

/** A metric must be defined in so many draws to get an interval: with two rows of a class many draws have none. */
const definedShare = 0.9

/** What resampling cannot tell: the largest of a sample is never below the largest of its resamples. */
const notByResampling: ReadonlySet<string> = new Set(['max_error'])

/** An interval for each metric that the sample defines; the same for the same seed. Empty for fewer than two rows. */
export function bootstrapIntervals(scored: Scored, options: BootstrapOptions): Readonly<Record<string, MetricInterval>> {
  const { seed, rounds = 1000, level = 0.95, mostRows = 20_000 } = options
  const rows = scored.target.length
  if (rows < 2) return {}
  const random = seededRandom(seed)
  const most = Math.max(1000, Math.floor(mostRows / Math.max(1, scored.classes - 1)))
  const part = rows <= most ? scored : rowsOf(scored, shuffled(rows, random).slice(0, most).sort())
  const whole = measure(scored)
  const centre = part === scored ? whole : measure(part)
  const scale = Math.sqrt(part.target.length / rows)
  const draws = drawsOf(part, rounds, random)
  return Object.fromEntries(
    Object.entries(whole).flatMap(([name, value]) => {
      const found = (draws.get(name) ?? new Float64Array()).sort()
      const middle = centre[name]
      if (found.length < definedShare * rounds || middle === undefined || notByResampling.has(name)) return []
      const end = (share: number): number => value + scale * (quantile(found, share) - (part === scored ? value : middle))
      return [[name, inRange(name, { low: end((1 - level) / 2), high: end((1 + level) / 2) })]]
    }),
  )
}

/** Metric by metric, its values in those draws that define it. */
function drawsOf(part: Scored, rounds: number, random: () => number): ReadonlyMap<string, Float64Array> {
  const rows = part.target.length
  const again = weigher(part)
  const weights = new Float64Array(rows)
  const lists = new Map<string, number[]>()
  for (let round = 0; round < rounds; round++) {
    weights.fill(0)
    for (let draw = 0; draw < rows; draw++) {
      const row = Math.floor(random() * rows)
      weights[row] = (weights[row] ?? 0) + (part.weights?.[row] ?? 1)
    }
    for (const [name, value] of Object.entries(again(weights))) {
      if (!Number.isFinite(value)) continue
      const list = lists.get(name) ?? []
      list.push(value)
      lists.set(name, list)
    }
  }
  return new Map([...lists].map(([name, list]) => [name, Float64Array.from(list)]))
}

/** Measures the same rows under other weights. */
function weigher(part: Scored): (weights: Float64Array) => Metrics {
  if (part.task === 'regression') {
    const order = byError(part)
    return (weights) => regressionMetrics({ ...part, weights }, order)
  }
  const judged = judge(part)
  return (weights) => classificationMetrics(judged, weights)
}

/** Of sorted values, by straight lines between them. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const low = Math.floor(place)
  const from = sorted[low] ?? Number.NaN
  return from + (place - low) * ((sorted[low + 1] ?? from) - from)
}

/** Scaling must not reach beyond what the metric can be: errors end at 0, all others at 1. */
function inRange(name: string, { low, high }: MetricInterval): MetricInterval {
  return isBetter(name, 0, 1) ? { low: Math.max(0, low), high } : { low, high: Math.min(1, high) }
}
