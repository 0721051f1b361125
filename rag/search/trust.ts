/**
 * How far the vectors of a collection can be trusted, found without judgements: sentences are taken out of passages, and a model
 * that knows meanings sends each back to its own. A broken or unfit model does not, and gets no say in hybrid rankings.
 */
import type { Database } from '../../platform/database/database.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Collection } from '../index/collections.ts'
import { sentencesOf } from '../language/sentences.ts'
import type { Scored } from './keyword.ts'
import { scoreChunks } from './vector.ts'

const sampled = 24
const fewest = 6

const known = new WeakMap<Database, Map<string, Promise<number>>>()

/** 0 (no better than chance) to 1. Measured once for each embedder and doubling of a collection; 1 where there is too little to tell. */
export function trustIn(db: Database, collection: Collection, { embedder, signal }: Probe): Promise<number> {
  const ofDatabase = known.get(db) ?? new Map<string, Promise<number>>()
  known.set(db, ofDatabase)
  const key = `${collection.key} ${embedder.name} ${Math.floor(Math.log2(collection.chunks + 1))}`
  const measured = ofDatabase.get(key) ?? measure(db, collection, { embedder, signal })
  ofDatabase.set(key, measured)
  measured.catch(() => ofDatabase.delete(key))
  return measured
}

export interface Probe {
  readonly embedder: Embedder
  readonly signal: AbortSignal
}

async function measure(db: Database, collection: Collection, { embedder, signal }: Probe): Promise<number> {
  const probes = (await sampleChunks(db, collection)).flatMap(({ text, ...chunk }) => {
    const sentence = middleSentence(text)
    return sentence === undefined ? [] : [{ chunk: { ...chunk, score: 0 }, sentence }]
  })
  if (probes.length < fewest) return 1
  const chunks = probes.map(({ chunk }) => chunk)
  const vectors = await embedder.embed(
    probes.map(({ sentence }) => sentence),
    signal,
    'query',
  )
  let sum = 0
  for (const [at, vector] of vectors.entries()) {
    const scored = await scoreChunks(db, collection, { vector, chunks })
    sum += 1 / rankOf(scored, chunks[at])
  }
  const chance = chunks.reduce((total, _, at) => total + 1 / (at + 1), 0) / chunks.length
  return Math.max(0, (sum / probes.length - chance) / (1 - chance))
}

/** From 1; equal scores count against it. */
function rankOf(scored: readonly Scored[], own: Scored | undefined): number {
  const mine = scored.find(({ document, ordinal }) => document === own?.document && ordinal === own.ordinal)
  return mine ? scored.filter(({ score }) => score >= mine.score).length : Number.POSITIVE_INFINITY
}

/** Not the first one: titles and headings often repeat it. */
function middleSentence(text: string): string | undefined {
  const sentences = sentencesOf(text)
  if (sentences.length < 3) return undefined
  const middle = sentences[Math.floor(sentences.length / 2)]
  return middle && text.slice(middle.start, middle.end)
}

interface SampledChunk {
  readonly document: number
  readonly ordinal: number
  readonly text: string
}

/** Spread over the documents; the same for the same collection. */
async function sampleChunks(db: Database, { workspace, key, documents }: Collection): Promise<readonly SampledChunk[]> {
  const { rows } = await db.query<SampledChunk>(
    `select c.document, c.ordinal, c.text from (
       select key from (
         select key, row_number() over (order by key) as place from documents
         where workspace = $1 and collection = $2 and state = 'live') as numbered
       where place % greatest(1, $3::int / $4::int) = 0 limit $4) as d,
     lateral (select document, ordinal, text from chunks where workspace = $1 and document = d.key order by length(text) desc limit 1) as c`,
    [workspace, key, documents, sampled],
  )
  return rows
}
