/**
 * Ingestion of short documents: documents for each second of one core, how much faster it is when nothing changed, and how well
 * the server serves meanwhile: its event loop, a search that goes on all the time, the longest statement.
 *   npm run bench -- ingest [--documents 5000] [--rounds 3] [--database URL] [--quick]
 * The bars: 300 documents a second of processor time, unchanged at least 20 times faster, no statement above 50 ms.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { percentile } from '../evals/ranking.ts'
import { type Ground, inOwnDatabase, inTemporaryFolder, openGround } from './ground.ts'
import { shortDocuments } from './ingest/documents.ts'
import { timeStatements } from './ingest/statements.ts'
import { rounded } from './latency.ts'

const bars = { perSecond: 300, unchanged: 20, statementMs: 50 }
/** Small enough that the searches beside it find a collection to search. */
const warmUp = 100

export async function benchIngest(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      documents: { type: 'string' },
      rounds: { type: 'string' },
      database: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  const documents = Number(values.documents ?? (values.quick ? 1000 : 5000))
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3))
  const run = (database?: string): Promise<Report> => inTemporaryFolder((folder) => measure({ folder, database, documents, rounds }))
  return { ...(values.database === undefined ? await run() : await inOwnDatabase(values.database, run)) }
}

interface Plan {
  readonly folder: string
  readonly database: string | undefined
  readonly documents: number
  readonly rounds: number
}

interface Cost {
  readonly seconds: number
  readonly cpu_seconds: number
}

interface Report {
  readonly documents: number
  readonly characters_each: number
  /** Medians over the rounds. */
  readonly fresh: Cost & { readonly per_second: number; readonly per_cpu_second: number }
  readonly unchanged: Cost & { readonly times_faster: number; readonly times_less_cpu: number }
  readonly serving: Serving
  readonly statements: Awaited<ReturnType<typeof timeStatements>>
  readonly bar: string
  readonly passed: boolean
}

async function measure({ folder, database, documents, rounds }: Plan): Promise<Report> {
  const path = join(folder, 'notes.jsonl')
  const text = shortDocuments(documents)
  await writeFile(path, text)
  const ground = await openGround({ folder, database })
  try {
    await writeFile(join(folder, 'warm-up.jsonl'), shortDocuments(warmUp))
    await ingest(ground, { path: join(folder, 'warm-up.jsonl'), collection: 'warm-up' })
    const fresh: Cost[] = []
    const unchanged: Cost[] = []
    for (let round = 0; round < rounds; round++) {
      const collection = `round-${round}`
      fresh.push(await ingest(ground, { path, collection }))
      unchanged.push(await ingest(ground, { path, collection }))
      console.error(`round ${round + 1}: ${JSON.stringify({ fresh: fresh.at(-1), unchanged: unchanged.at(-1) })}`)
    }
    const serving = await serve(ground, path)
    const statements = await timeStatements(ground, path)
    return report({ documents, text, fresh: medians(fresh), unchanged: medians(unchanged), serving, statements })
  } finally {
    await ground.close()
  }
}

const ingested = z.object({ documents: z.number() })

/** Processor time is that of all threads: reading, embedding, and the embedded database, which is one of them. */
async function ingest(ground: Ground, input: { readonly path: string; readonly collection: string }): Promise<Cost> {
  const started = performance.now()
  const before = process.cpuUsage()
  await ground.call({ tool: 'ingest_documents', input, data: ingested })
  const { user, system } = process.cpuUsage(before)
  return { seconds: rounded((performance.now() - started) / 1000), cpu_seconds: rounded((user + system) / 1e6) }
}

const medians = (costs: readonly Cost[]): Cost => ({
  seconds: percentile(
    costs.map(({ seconds }) => seconds),
    0.5,
  ),
  cpu_seconds: percentile(
    costs.map(({ cpu_seconds: cpu }) => cpu),
    0.5,
  ),
})

interface Serving {
  readonly event_loop_delay: { readonly p99_ms: number; readonly max_ms: number }
  readonly search: { readonly p50_ms: number; readonly p99_ms: number; readonly max_ms: number; readonly searches: number }
}

const found = z.object({ hits: z.array(z.unknown()) })
const pauseMs = 10

/** One search after another while documents are ingested. */
async function serve(ground: Ground, path: string): Promise<Serving> {
  const resolution = 5
  const delay = monitorEventLoopDelay({ resolution })
  const times: number[] = []
  let done = false
  const ingesting = ingest(ground, { path, collection: 'serving' }).finally(() => {
    done = true
  })
  delay.enable()
  while (!done) {
    const started = performance.now()
    const input = { query: 'the weight of grain at the mill', collection: 'warm-up' }
    await ground.call({ tool: 'search_documents', input, data: found })
    times.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
  delay.disable()
  await ingesting
  const late = (nanoseconds: number): number => rounded(Math.max(0, nanoseconds / 1e6 - resolution))
  return {
    event_loop_delay: { p99_ms: late(delay.percentile(99)), max_ms: late(delay.max) },
    search: {
      p50_ms: rounded(percentile(times, 0.5)),
      p99_ms: rounded(percentile(times, 0.99)),
      max_ms: rounded(Math.max(...times)),
      searches: times.length,
    },
  }
}

type Measured = Pick<Report, 'documents' | 'serving' | 'statements'> & {
  readonly text: string
  readonly fresh: Cost
  readonly unchanged: Cost
}

function report({ documents, text, fresh, unchanged, serving, statements }: Measured): Report {
  const perCpuSecond = rounded(documents / fresh.cpu_seconds)
  const faster = rounded(fresh.seconds / unchanged.seconds)
  return {
    documents,
    characters_each: Math.round(text.length / documents),
    fresh: { ...fresh, per_second: rounded(documents / fresh.seconds), per_cpu_second: perCpuSecond },
    unchanged: { ...unchanged, times_faster: faster, times_less_cpu: rounded(fresh.cpu_seconds / unchanged.cpu_seconds) },
    serving,
    statements,
    bar: `${bars.perSecond} documents a second of one core, unchanged ${bars.unchanged} times faster, statements up to ${bars.statementMs} ms`,
    passed: perCpuSecond >= bars.perSecond && faster >= bars.unchanged && statements.max_ms <= bars.statementMs,
  }
}
