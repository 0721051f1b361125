/** Two reports on the same cases, paired: what got better, what got worse, and whether that can be chance. */
import { bootstrap, type Interval } from './interval.ts'
import type { TriedCase } from './trials.ts'

export interface Comparison {
  readonly baseline: string
  /** Cases measured in both. */
  readonly paired: number
  /** Of the share of passed tries, now minus then, with a bootstrap interval over cases. */
  readonly difference: Interval
  /** Exact McNemar test on the cases that changed, two-sided. */
  readonly p: number
  readonly better: readonly string[]
  readonly worse: readonly string[]
  /** Measured in only one of the two. */
  readonly unpaired: number
}

/** Undefined when no case was measured in both. */
export function compare(baseline: string, before: readonly TriedCase[], now: readonly TriedCase[]): Comparison | undefined {
  const then = new Map(before.filter(({ measured }) => measured > 0).map((one) => [one.id, rate(one)]))
  const measured = now.filter((one) => one.measured > 0)
  const pairs = measured.flatMap((one) => {
    const was = then.get(one.id)
    return was === undefined ? [] : [{ id: one.id, difference: rate(one) - was }]
  })
  if (pairs.length === 0) return undefined
  const better = pairs.filter(({ difference }) => difference > 0).map(({ id }) => id)
  const worse = pairs.filter(({ difference }) => difference < 0).map(({ id }) => id)
  return {
    baseline,
    paired: pairs.length,
    difference: bootstrap(pairs.map(({ difference }) => difference)),
    p: mcnemar(better.length, worse.length),
    better,
    worse,
    unpaired: then.size + measured.length - 2 * pairs.length,
  }
}

const rate = ({ passed, measured }: TriedCase): number => passed / measured

/** Two-sided exact binomial test that changes go either way equally often; 1 when nothing changed. */
export function mcnemar(better: number, worse: number): number {
  const changed = better + worse
  let tail = 0
  let ways = 1
  for (let at = 0; at <= Math.min(better, worse); at++) {
    tail += ways
    ways = (ways * (changed - at)) / (at + 1)
  }
  return Math.min(1, (2 * tail) / 2 ** changed)
}
