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
import type { Contestant, Peer } from './retrieval/contestant.ts'
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
  /** Of all peers, whatever they search by. */
  readonly fastest_peer: string
  /** Our p95 over the fastest peer's. */
  readonly ratio: Ratios
  /** Keyword and hybrid against the fastest peer that searches by words; vector against the one that compares the same vectors. */
  readonly ratio_to_its_kind: Ratios
  readonly passed: boolean
  readonly passed_against_its_kind: boolean
}

type Ratios = Readonly<Record<string, { readonly p95: number; readonly cpu_p95: number }>>

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

const mostTimesSlower = 2

function compare(latency: Readonly<Record<string, Latency>>): Omit<SizeReport, 'costs' | 'latency'> {
  const p95Of = (name: string): number => latency[name]?.p95_ms ?? Number.NaN
  const fastestOf = (some: readonly Peer[]): string =>
    some.map(({ name }) => name).reduce((best, name) => (p95Of(name) < p95Of(best) ? name : best))
  const fastest = fastestOf(peers)
  const byWords = fastestOf(peers.filter(({ vectors }) => !vectors))
  const byVectors = fastestOf(peers.filter(({ vectors }) => vectors))
  const own = Object.keys(latency).filter((name) => !peers.some((peer) => peer.name === name))
  const against = (peerOf: (name: string) => string): Ratios =>
    Object.fromEntries(own.map((name) => [name, ratioOf(latency[name], latency[peerOf(name)])]))
  const ratio = against(() => fastest)
  const kind = against((name) => (name.includes('vector') ? byVectors : byWords))
  const passes = (ratios: Ratios): boolean =>
    Object.entries(ratios).every(([name, { p95 }]) => !name.includes('hybrid') || p95 <= mostTimesSlower)
  return { fastest_peer: fastest, ratio, ratio_to_its_kind: kind, passed: passes(ratio), passed_against_its_kind: passes(kind) }
}

function ratioOf(ours: Latency | undefined, theirs: Latency | undefined): Ratios[string] {
  return {
    p95: rounded((ours?.p95_ms ?? Number.NaN) / (theirs?.p95_ms ?? Number.NaN)),
    cpu_p95: rounded((ours?.cpu_p95_ms ?? Number.NaN) / (theirs?.cpu_p95_ms ?? Number.NaN)),
  }
}
