/** A search: which collections, which legs, how they join, and the passages they lead to. */
import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedders } from '../embedding/embedder.ts'
import { type Collection, getCollection, listCollections } from '../index/collections.ts'
import type { Filter } from './filter.ts'
import { fuse, vectorShare } from './fuse.ts'
import { type LegRequest, type Scored, searchKeyword } from './keyword.ts'
import { readPassages } from './passages.ts'
import { scopeOf } from './scope.ts'
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
  readonly embedders: Embedders
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
    scope: scopeOf(request),
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
  const near: Candidate[] = []
  for (const collection of collections) {
    const found = await nearest(ground, collection, { request, leg, others: keyword.filter((other) => other.collection === collection) })
    near.push(...found.map((scored) => ({ ...scored, collection })))
  }
  if (mode === 'vector') return near
  const keyOf = ({ document, ordinal }: Scored): string => (request.group === 'document' ? String(document) : `${document} ${ordinal}`)
  return fuse(keyword, near, { share: vectorShare(collections[0]?.embedder ?? ''), keyOf })
}

/** What the vector leg finds, and in hybrid mode the cosines of what the keyword leg found besides. */
async function nearest(
  { db, embedders, signal }: SearchGround,
  collection: Collection,
  { request, leg, others }: LegWork & { readonly others: readonly Scored[] },
): Promise<readonly Scored[]> {
  const embedder = await embedders.find(collection.embedder)
  if (!embedder) {
    if (request.mode === 'hybrid') return []
    throw otherEmbedder(collection)
  }
  const [vector = new Float32Array()] = await embedder.embed([request.query], signal, 'query')
  const found = await searchVector(db, collection, { ...leg, vector })
  return request.mode === 'vector' ? found : [...found, ...(await scoreChunks(db, collection, { vector, chunks: without(others, found) }))]
}

/** Candidates that the vector leg did not reach. */
function without(candidates: readonly Scored[], found: readonly Scored[]): readonly Scored[] {
  const reached = new Set(found.map(({ document, ordinal }) => `${document} ${ordinal}`))
  return candidates.filter(({ document, ordinal }) => !reached.has(`${document} ${ordinal}`))
}

function otherEmbedder({ name, embedder }: Collection): Fault {
  return new Fault(
    'conflict',
    `Collection '${name}' was indexed with the embedder '${embedder}', which this installation does not have. Configure it, or search with mode 'keyword'.`,
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
