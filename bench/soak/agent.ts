/**
 * Thousands of chat turns in one process, each a conversation of its own with a tool call: what they leave behind in memory
 * is measured after garbage collection, from the first thousand on.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createOrchestrator } from '../../agents/orchestrator.ts'
import { inTemporaryFolder, openGround } from '../ground.ts'

export interface AgentReport {
  readonly runs: number
  readonly failed: number
  /** Megabytes of heap and of what it holds outside, after collection: at `settled` runs and at the end. */
  readonly settled: number
  readonly settled_mb: number
  readonly last_mb: number
  readonly grown_mb: number
  /** Resident, with the embedded database's memory, which grows with what it holds. */
  readonly settled_rss_mb: number
  readonly last_rss_mb: number
  readonly ms_per_run: number
  readonly bar: string
  readonly passed: boolean
}

const samples = 20

export async function soakAgent({
  runs,
  say = () => undefined,
}: {
  readonly runs: number
  readonly say?: (line: string) => void
}): Promise<AgentReport> {
  return inTemporaryFolder(async (folder) => {
    const { millrace, owner, close } = await openGround({ folder })
    const orchestrator = await createOrchestrator({ waist: millrace, model: {} })
    const collect = collector()
    const settled = Math.min(1000, Math.ceil(runs / 2))
    const every = Math.max(1, Math.floor((runs - settled) / samples))
    const grown: Sample[] = []
    let failed = 0
    const started = performance.now()
    try {
      for (let run = 1; run <= runs; run++) {
        let last = ''
        const turn = orchestrator.chat({
          thread: `t${run}`,
          message: 'Which datasets are there?',
          caller: owner,
          signal: AbortSignal.timeout(60_000),
        })
        for await (const event of turn) last = event.type
        if (last !== 'finished') failed++
        if (run < settled || (run - settled) % every !== 0) continue
        grown.push(await sample(collect))
        say(`${run} of ${runs}: ${grown.at(-1)?.heap.toFixed(1)} MB`)
      }
    } finally {
      await close()
    }
    return { runs, failed, settled, ...judged(grown), ms_per_run: Math.round((performance.now() - started) / runs) }
  })
}

interface Sample {
  readonly heap: number
  readonly resident: number
}

/** The middle of three samples at each end: one alone may fall into a moment of work. */
function judged(grown: readonly Sample[]): Omit<AgentReport, 'runs' | 'failed' | 'settled' | 'ms_per_run'> {
  const [first, last] = [grown.slice(0, 3), grown.slice(-3)]
  const [from, to] = [middle(first.map(({ heap }) => heap)), middle(last.map(({ heap }) => heap))]
  return {
    settled_mb: rounded(from),
    last_mb: rounded(to),
    grown_mb: rounded(to - from),
    settled_rss_mb: rounded(middle(first.map(({ resident }) => resident))),
    last_rss_mb: rounded(middle(last.map(({ resident }) => resident))),
    bar: 'grows at most 10 MB after the first 1,000',
    passed: to - from <= 10,
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN
const rounded = (value: number): number => Math.round(value * 10) / 10

async function sample(collect: () => void): Promise<Sample> {
  // What was let go in the last turns is only free once their timers and promises have run.
  await new Promise((resolve) => setTimeout(resolve, 50))
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: (heapUsed + external) / 1e6, resident: rss / 1e6 }
}

function collector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function') throw new Error('This Node cannot be told to collect garbage.')
  return () => void collect()
}
