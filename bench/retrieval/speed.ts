/**
 * Milliseconds per query, side by side: every contestant answers all queries in every round, in turns that change their order,
 * so that whatever the machine does befalls all alike. What counts is the median over the rounds.
 */
import { percentile } from '../../evals/ranking.ts'
import { rounded } from '../latency.ts'
import type { Contestant } from './contestant.ts'

export interface Latency {
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface SpeedOptions {
  readonly queries: readonly string[]
  readonly rounds: number
}

const depth = 10

export async function compareSpeed(
  contestants: Readonly<Record<string, Contestant>>,
  { queries, rounds }: SpeedOptions,
): Promise<Readonly<Record<string, Latency>>> {
  const names = Object.keys(contestants)
  const measured = new Map<string, Latency[]>(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + names.length) % names.length] ?? ''
      const contestant = contestants[name]
      if (!contestant) continue
      // The first round warms up.
      const times = await timesOf(contestant, round < 0 ? queries.slice(0, 30) : queries)
      if (round >= 0) measured.get(name)?.push({ p50_ms: percentile(times, 0.5), p95_ms: percentile(times, 0.95) })
    }
    if (round >= 0) console.error(`round ${round + 1} of ${rounds}`)
  }
  const median = (values: readonly number[]): number => rounded(percentile(values, 0.5))
  return Object.fromEntries(
    [...measured].map(([name, found]) => [
      name,
      { p50_ms: median(found.map(({ p50_ms }) => p50_ms)), p95_ms: median(found.map(({ p95_ms }) => p95_ms)) },
    ]),
  )
}

async function timesOf({ search }: Contestant, queries: readonly string[]): Promise<readonly number[]> {
  const times: number[] = []
  for (const query of queries) {
    const started = performance.now()
    await search(query, depth)
    times.push(performance.now() - started)
  }
  return times
}
