/**
 * Kills the server again and again while it ingests documents; then asks whether every document is whole, current, found and
 * there once, and whether every ingestion that was accepted has finished.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { type Chance, chanceOf } from '../seeded.ts'
import { createIngestClient, type IngestClient } from './ingest-client.ts'
import { writeCorpus } from './ingest-corpus.ts'
import { inspectIndex } from './ingest-findings.ts'
import { collection, startWatch, type Watch } from './ingest-watch.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

export interface IngestReport {
  readonly kills: number
  readonly documents: number
  /** Editions of the corpus whose ingestion succeeded. */
  readonly rounds: number
  /** Kills that hit a run under way. */
  readonly interrupted: number
  /** Documents that were seen before the last round ended, each a promise. */
  readonly acknowledged: number
  readonly chunks: number
  readonly torn: number
  readonly lost: number
  readonly doubled: number
  readonly unfinished: number
  readonly seconds: number
  readonly seed: number
  /** The first of each thing that should not be. */
  readonly wrong: readonly string[]
}

export interface IngestOptions {
  readonly kills: number
  readonly documents: number
  readonly seed?: number
  /** An empty Postgres database to use instead of the embedded one. */
  readonly database?: string | undefined
  readonly say?: (line: string) => void
}

/** One kill in this many hits the server while it opens. */
const everyNthWhileOpening = 5
/** A life lasts so long and until so many looks were answered: a slow machine does not get less done in it. */
const longestLifeMs = 2_500
const mostLooks = 100
const overdueMs = 30_000
const settleMs = 300_000
const looked = 100
const watchers = 3

export async function soakIngest({ kills, documents, seed = 1, database, say = () => undefined }: IngestOptions): Promise<IngestReport> {
  const started = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'millrace-soak-'))
  const server = await createServerProcess(folder, { database })
  try {
    const client = createIngestClient(server.url)
    const chance = chanceOf(seed)
    const watch = startWatch(client, { documents, chance })
    await server.start()
    const work = await openRounds(client, { folder, documents })
    let interrupted = 0
    for (let kill = 1; kill <= kills; kill++) {
      if (!(await work.underWay())) await work.next()
      await liveAndDie(server, { chance, watch, whileOpening: kill % everyNthWhileOpening === 0 })
      if (await work.underWay()) interrupted++
      await watch.lookAgain(looked)
      say(`kill ${kill} of ${kills}: round ${work.round()}, ${watch.seen.size} documents seen`)
    }
    const acknowledged = watch.seen.size
    const unfinished = await work.settle()
    const chunks = await watch.verifyAll(work.round())
    const wrong = [...watch.wrong, ...unfinished, ...work.wrong, ...(await countsDiffer(client, { documents, chunks }))]
    const code = await server.stop(30_000)
    if (code !== 0) wrong.push(`the last stop ended with ${code}`)
    wrong.push(...(await inspectIndex({ folder, database })))
    const count = (kind: string): number => wrong.filter((line) => line.startsWith(kind)).length
    return {
      kills,
      documents,
      rounds: work.round() + 1,
      interrupted,
      acknowledged,
      chunks,
      torn: count('torn'),
      lost: count('lost') + count('not found') + count('not current'),
      doubled: count('doubled'),
      unfinished: unfinished.length,
      seconds: Math.round((performance.now() - started) / 1000),
      seed,
      wrong: wrong.slice(0, 20),
    }
  } finally {
    await server.kill()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Life {
  readonly chance: Chance
  readonly watch: Watch
  readonly whileOpening: boolean
}

async function liveAndDie(server: ServerProcess, { chance, watch, whileOpening }: Life): Promise<void> {
  const watching = new AbortController()
  const watchingAll = Promise.all(Array.from({ length: watchers }, () => watch.look(watching.signal)))
  const ms = 100 + chance.next() * longestLifeMs
  const looks = watch.looks() + chance.index(mostLooks)
  const born = performance.now()
  while (performance.now() - born < ms || (watch.looks() < looks && performance.now() - born < overdueMs)) await sleep(10)
  await server.kill()
  watching.abort()
  await watchingAll
  if (whileOpening) {
    server.launch()
    await sleep(chance.next() * 3_000)
    await server.kill()
  }
  await server.start()
}

interface Rounds {
  /** Number of the last one begun. */
  round(): number
  readonly wrong: readonly string[]
  underWay(): Promise<boolean>
  next(): Promise<void>
  /** Waits for the last one; what did not finish. */
  settle(): Promise<readonly string[]>
}

const ingested = z.object({ data: z.object({ documents: z.number(), skipped: z.number() }) })

/** One ingestion after another of the same file, in which each time some documents have changed. */
async function openRounds(client: IngestClient, { folder, documents }: { folder: string; documents: number }): Promise<Rounds> {
  const path = join(folder, 'notes.jsonl')
  const wrong: string[] = []
  let round = -1
  let run = ''
  const next = async (): Promise<void> => {
    await writeCorpus(path, { documents, round: ++round })
    run = await client.begin('ingest_documents', { path, collection, language: 'english' }, `round-${round}`)
  }
  const underWay = async (): Promise<boolean> => {
    const found = await client.run(run)
    if (found === null || found.state === 'queued' || found.state === 'running') return true
    const result = ingested.safeParse(found.result)
    if (!result.success) wrong.push(`round ${round} ended as ${found.state}: ${JSON.stringify(found.error)}`)
    else if (result.data.data.documents !== documents) wrong.push(`round ${round} told of ${JSON.stringify(result.data.data)}`)
    return false
  }
  await next()
  return {
    wrong,
    next,
    underWay,
    round: () => round,
    settle: async () => {
      const deadline = performance.now() + settleMs
      while (await underWay()) {
        if (performance.now() > deadline) return [`unfinished: round ${round} is still under way`]
        await sleep(250)
      }
      return []
    },
  }
}

const listed = z.object({ collections: z.array(z.object({ collection: z.string(), documents: z.number(), chunks: z.number() })) })

async function countsDiffer(
  client: IngestClient,
  expected: { readonly documents: number; readonly chunks: number },
): Promise<readonly string[]> {
  const { data } = await client.insist('list_collections', {}, listed)
  const own = data?.collections.find((one) => one.collection === collection)
  if (own?.documents === expected.documents && own.chunks === expected.chunks) return []
  return [`doubled or lost: list_collections counts ${own?.documents} documents and ${own?.chunks} chunks of ${JSON.stringify(expected)}`]
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
