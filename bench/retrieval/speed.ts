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
  /** Processor time of all threads of this process: what a query costs however busy the machine is. A server's is not in it. */
  readonly cpu_p50_ms: number
  readonly cpu_p95_ms: number
}

interface Times {
  readonly wall: number[]
  readonly cpu: number[]
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
      if (round >= 0) measured.get(name)?.push(percentilesOf(times))
    }
    if (round >= 0) console.error(`round ${round + 1} of ${rounds}`)
  }
  return Object.fromEntries([...measured].map(([name, found]) => [name, medianOf(found)]))
}

const percentilesOf = ({ wall, cpu }: Times): Latency => ({
  p50_ms: percentile(wall, 0.5),
  p95_ms: percentile(wall, 0.95),
  cpu_p50_ms: percentile(cpu, 0.5),
  cpu_p95_ms: percentile(cpu, 0.95),
})

function medianOf(rounds: readonly Latency[]): Latency {
  const median = (pick: (latency: Latency) => number): number => rounded(percentile(rounds.map(pick), 0.5))
  return {
    p50_ms: median(({ p50_ms }) => p50_ms),
    p95_ms: median(({ p95_ms }) => p95_ms),
    cpu_p50_ms: median(({ cpu_p50_ms }) => cpu_p50_ms),
    cpu_p95_ms: median(({ cpu_p95_ms }) => cpu_p95_ms),
  }
}

async function timesOf({ search }: Contestant, queries: readonly string[]): Promise<Times> {
  const times: Times = { wall: [], cpu: [] }
  for (const query of queries) {
    const before = process.cpuUsage()
    const started = performance.now()
    await search(query, depth)
    times.wall.push(performance.now() - started)
    const { user, system } = process.cpuUsage(before)
    times.cpu.push((user + system) / 1000)
  }
  return times
}
