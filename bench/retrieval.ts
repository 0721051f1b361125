/**
 * Retrieval side by side with MiniSearch, lunr, Orama and LangChain's MemoryVectorStore, in one process run: quality on every
 * collection given, then speed, index time and memory on corpora grown from them.
 *   npm run bench -- retrieval [--data DIR …] [--sizes 5000,50000] [--database URL] [--rounds N] [--queries N] [--quick]
 * The bars: nDCG@10 of our default mode at least the best peer's; our p95 at most twice the fastest one's in memory.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { inOwnDatabase, inTemporaryFolder, openGround } from './ground.ts'
import { rounded } from './latency.ts'
import { type Costs, indexAlone } from './retrieval/alone.ts'
import { type BenchCollection, readCollection, writeDocuments } from './retrieval/collection.ts'
import type { Contestant } from './retrieval/contestant.ts'
import { generatedCollection } from './retrieval/generated-collection.ts'
import { growDocuments } from './retrieval/grow.ts'
import { ownContestants } from './retrieval/millrace.ts'
import { peers } from './retrieval/peers.ts'
import { compareQuality, type Quality } from './retrieval/quality.ts'
import { compareSpeed, type Latency } from './retrieval/speed.ts'
import { chanceOf } from './seeded.ts'

const bar = 'nDCG@10 of hybrid at least the best peer, p95 of hybrid at most twice the fastest peer'

export async function benchRetrieval(args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { folders, sizes, database, ...plan } = readArguments(args)
  const collections = folders.length > 0 ? await Promise.all(folders.map(readCollection)) : [generatedCollection()]
  const quality = await inTemporaryFolder(async (folder) => {
    const ground = await openGround({ folder })
    const scores: Record<string, Quality> = {}
    for (const collection of collections) scores[collection.name] = await compareQuality(ground, collection)
    await ground.close()
    return scores
  })
  const speed: Record<string, SizeReport> = {}
  for (const size of sizes) {
    const one = (own?: string): Promise<SizeReport> =>
      inTemporaryFolder((folder) => atSize({ collections, size, folder, database: own, ...plan }))
    speed[size] = database === undefined ? await one() : await inOwnDatabase(database, one)
  }
  const passed = [...Object.values(quality), ...Object.values(speed)].every((report) => report.passed)
  return { quality, speed, bar, passed }
}

function readArguments(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: 'string', multiple: true, default: [] },
      sizes: { type: 'string' },
      database: { type: 'string' },
      rounds: { type: 'string' },
      queries: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  })
  return {
    folders: values.data,
    database: values.database,
    sizes: (values.sizes ?? (values.quick ? '1000' : '5000,50000'))
      .split(',')
      .map(Number)
      .filter((size) => size > 0),
    rounds: Number(values.rounds ?? (values.quick ? 2 : 5)),
    queryCount: Number(values.queries ?? (values.quick ? 20 : 100)),
  }
}

interface SizeRequest {
  readonly collections: readonly BenchCollection[]
  readonly size: number
  readonly folder: string
  readonly database: string | undefined
  readonly rounds: number
  readonly queryCount: number
}

interface SizeReport {
  readonly costs: Readonly<Record<string, Costs>>
  readonly latency: Readonly<Record<string, Latency>>
  readonly fastest_peer: string
  /** Our p95 over the fastest peer's. */
  readonly ratio: Readonly<Record<string, { readonly p95: number; readonly cpu_p95: number }>>
  /** The p95 of our vector mode over that of the store which compares the same vectors. */
  readonly vector_ratio: Readonly<Record<string, { readonly p95: number; readonly cpu_p95: number }>>
  readonly passed: boolean
}

/** The index that the process alone has made is opened again here: ours is durable, the peers' are made anew. */
async function atSize({ collections, size, folder, database, rounds, queryCount }: SizeRequest): Promise<SizeReport> {
  const documents = growDocuments(collections, size)
  const file = join(folder, 'documents.jsonl')
  await writeDocuments(file, documents)
  const places = [
    { name: 'embedded', folder: join(folder, 'embedded') },
    ...(database === undefined ? [] : [{ name: 'postgres', folder: join(folder, 'postgres'), database }]),
  ]
  const costs: Record<string, Costs> = {}
  for (const { name } of peers) costs[name] = await indexAlone({ name, file })
  for (const { name, ...place } of places) {
    await mkdir(place.folder)
    costs[`millrace ${name}`] = await indexAlone({ name: 'millrace', file, ...place })
  }
  const grounds = await Promise.all(places.map(async ({ name, ...place }) => ({ name, ground: await openGround(place) })))
  const contestants: Record<string, Contestant> = {}
  for (const { name, variants } of peers) {
    const [variant] = variants
    if (variant) contestants[name] = await variant.open(documents)
  }
  for (const { name, ground } of grounds) {
    for (const { mode, through, contestant } of ownContestants(ground, 'bench')) contestants[`${name} ${mode} ${through}`] = contestant
  }
  const queries = chanceOf(11).shuffled(collections.flatMap((collection) => collection.queries.map(({ text }) => text)))
  const latency = await compareSpeed(contestants, { queries: queries.slice(0, queryCount), rounds })
  for (const { ground } of grounds) await ground.close()
  return { costs, latency, ...compare(latency) }
}

function compare(latency: Readonly<Record<string, Latency>>): Omit<SizeReport, 'costs' | 'latency'> {
  const names = peers.map(({ name }) => name)
  const fastest = names.reduce((best, name) => ((latency[name]?.p95_ms ?? 0) < (latency[best]?.p95_ms ?? 0) ? name : best))
  const own = Object.entries(latency).filter(([name]) => !names.includes(name))
  const against = (peer: string, measured: typeof own) =>
    Object.fromEntries(
      measured.map(([name, { p95_ms, cpu_p95_ms }]) => [
        name,
        { p95: rounded(p95_ms / (latency[peer]?.p95_ms ?? 0)), cpu_p95: rounded(cpu_p95_ms / (latency[peer]?.cpu_p95_ms ?? 0)) },
      ]),
    )
  const ratio = against(fastest, own)
  return {
    fastest_peer: fastest,
    ratio,
    vector_ratio: against(
      'memory-vector-store',
      own.filter(([name]) => name.includes('vector')),
    ),
    passed: Object.entries(ratio).every(([name, { p95 }]) => !name.includes('hybrid') || p95 <= 2),
  }
}
