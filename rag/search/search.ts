/** A search: which collections, which legs, how they join, and the passages they lead to. */
import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { type Collection, getCollection, listCollections } from '../index/collections.ts'
import { type Filter, filterParameter } from './filter.ts'
import { fuse, vectorShare } from './fuse.ts'
import { type LegRequest, type Scored, searchKeyword } from './keyword.ts'
import { readPassages } from './passages.ts'
import { scoreChunks, searchVector } from './vector.ts'

export const searchModes = ['hybrid', 'keyword', 'vector'] as const
export type SearchMode = (typeof searchModes)[number]

export interface SearchRequest {
  readonly workspace: string
  readonly query: string
  /** Absent: all collections of the workspace. */
  readonly collection?: string
  readonly topK: number
  readonly mode: SearchMode
  readonly filter?: Filter
  /** The best passage of each document, or every passage. */
  readonly group: 'document' | 'chunk'
}

export interface Hit {
  readonly collection: string
  /** The document's own id. */
  readonly document: string
  /** Number of the passage in its document, from 0. */
  readonly chunk: number
  readonly title: string
  readonly text: string
  /** BM25 for keyword, cosine for vector, 0 to 1 for hybrid. */
  readonly score: number
  readonly metadata: Readonly<Record<string, unknown>>
  /** The passage is [start, end) of the source, in UTF-16 units. */
  readonly start: number
  readonly end: number
}

export interface SearchGround {
  readonly db: Database
  readonly embedder: Embedder
  readonly signal: AbortSignal
}

/** A candidate remembers its collection. */
interface Candidate extends Scored {
  readonly collection: Collection
}

/** Best first; equal scores by document id, descending. Throws `not_found` for an unknown collection. */
export async function search(ground: SearchGround, request: SearchRequest): Promise<readonly Hit[]> {
  const collections = await collectionsOf(ground.db, request)
  const leg: LegRequest = {
    query: request.query,
    filter: filterParameter(request.filter),
    group: request.group,
    // Deeper than asked: the legs disagree, and what one ranks low the other may lift.
    limit: request.mode === 'hybrid' ? Math.max(100, 2 * request.topK) : request.topK,
  }
  const candidates = await candidatesOf(ground, collections, { request, leg })
  const deepest = candidates.toSorted((left, right) => right.score - left.score || right.document - left.document).slice(0, leg.limit)
  const hits = await readPassages(ground.db, request.workspace, deepest)
  return hits.toSorted((left, right) => right.score - left.score || descending(left.document, right.document)).slice(0, request.topK)
}

const descending = (left: string, right: string): number => (left === right ? 0 : left < right ? 1 : -1)

async function collectionsOf(db: Database, { workspace, collection }: SearchRequest): Promise<readonly Collection[]> {
  return collection === undefined ? listCollections(db, workspace) : [await getCollection(db, workspace, collection)]
}

interface LegWork {
  readonly request: SearchRequest
  readonly leg: LegRequest
}

async function candidatesOf(
  ground: SearchGround,
  collections: readonly Collection[],
  { request, leg }: LegWork,
): Promise<readonly Candidate[]> {
  const { mode } = request
  const keyword = mode === 'vector' ? [] : await eachCollection(collections, (collection) => searchKeyword(ground.db, collection, leg))
  if (mode === 'keyword') return keyword
  const usable = collections.filter(({ embedder }) => embedder === ground.embedder.name)
  if (usable.length === 0 && mode === 'vector' && collections.length > 0) throw otherEmbedder(collections, ground.embedder)
  const [vector = new Float32Array()] = usable.length > 0 ? await ground.embedder.embed([request.query], ground.signal) : []
  const near = await eachCollection(usable, async (collection) => {
    const found = await searchVector(ground.db, collection, { ...leg, vector })
    if (mode === 'vector') return found
    const others = withoutThose(keyword, found, collection)
    return [...found, ...(await scoreChunks(ground.db, collection, { vector, chunks: others }))]
  })
  if (mode === 'vector') return near
  const keyOf = ({ document, ordinal }: Scored): string => (request.group === 'document' ? String(document) : `${document} ${ordinal}`)
  return fuse(keyword, near, { share: vectorShare(ground.embedder.name), keyOf })
}

/** Keyword candidates of this collection that the vector leg did not reach. */
function withoutThose(keyword: readonly Candidate[], found: readonly Scored[], { key }: Collection): readonly Scored[] {
  const reached = new Set(found.map(({ document, ordinal }) => `${document} ${ordinal}`))
  return keyword.filter(({ collection, document, ordinal }) => collection.key === key && !reached.has(`${document} ${ordinal}`))
}

function otherEmbedder(collections: readonly Collection[], embedder: Embedder): Fault {
  const names = [...new Set(collections.map((collection) => collection.embedder))].join(', ')
  return new Fault(
    'conflict',
    `These documents were indexed with the embedder '${names}', and '${embedder.name}' is configured. Search with mode 'keyword', or ingest them again.`,
  )
}

/** One collection after the other: the embedded database runs one statement at a time anyway. */
async function eachCollection(
  collections: readonly Collection[],
  find: (collection: Collection) => Promise<readonly Scored[]>,
): Promise<readonly Candidate[]> {
  const all: Candidate[] = []
  for (const collection of collections) {
    for (const scored of await find(collection)) all.push({ ...scored, collection })
  }
  return all
}
