/** A search: which collections, what the query says in each, the ranking its mode asks for, and the passages it leads to. */
import type { Database } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedders } from '../embedding/embedder.ts'
import { type Collection, getCollection, listCollections } from '../index/collections.ts'
import type { Span } from '../language/sentences.ts'
import { tokenize } from '../language/tokens.ts'
import type { Reranker } from '../reranking/reranker.ts'
import type { Filter } from './filter.ts'
import { highlightHits } from './highlight-hits.ts'
import { type Ranked, rankHybrid } from './hybrid.ts'
import { type LegRequest, type Scored, searchKeyword } from './keyword.ts'
import { chunkKey, readPassages } from './passages.ts'
import { type QueryInCollection, readQuery } from './query.ts'
import { rerank } from './rerank.ts'
import { type Scope, scopeOf } from './scope.ts'
import type { Repair } from './spelling.ts'
import { searchVector } from './vector.ts'

export const searchModes = ['hybrid', 'keyword', 'vector'] as const
export type SearchMode = (typeof searchModes)[number]

export interface SearchRequest {
  readonly workspace: string
  readonly query: string
  /** One or several; absent: all collections of the workspace. */
  readonly collection?: string | readonly string[]
  readonly topK: number
  readonly mode: SearchMode
  readonly filter?: Filter
  /** What the caller goes by, from `principalsOf`; absent: it may read every document. */
  readonly principals?: readonly string[]
  /** The best passage of each document, or every passage. */
  readonly group: 'document' | 'chunk'
  /** Default `repair`: a word found nowhere is joined by the nearest one the collection knows. */
  readonly spelling?: 'repair' | 'off'
  /** False: the reranker is left out, if there is one. */
  readonly rerank?: boolean
  /** True: hits say where their texts hold what was asked. */
  readonly highlight?: boolean
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
  /** The page it begins on, from 1, where the source has pages. */
  readonly page?: number
  /** Places of the query's words, [start, end) in `text`. */
  readonly highlights?: readonly Span[]
}

export interface SearchGround {
  readonly db: Database
  readonly embedders: Embedders
  readonly reranker?: Reranker | undefined
  readonly signal: AbortSignal
}

export interface SearchResult {
  readonly hits: readonly Hit[]
  /** Words that were joined by others. */
  readonly repairs: readonly Repair[]
  /** Present when a model did not answer and the search went on without it. */
  readonly note?: string
}

/** Best first; equal scores by document id, descending. Throws `not_found` for an unknown collection. */
export async function search(ground: SearchGround, request: SearchRequest): Promise<readonly Hit[]> {
  return (await find(ground, request)).hits
}

/** As `search`, with what was made of the query. */
export async function find(ground: SearchGround, request: SearchRequest): Promise<SearchResult> {
  const queries: QueryInCollection[] = []
  // Vectors are made of the query as it stands.
  const { query, spelling } = request.mode === 'vector' ? { ...request, spelling: 'off' as const } : request
  const wording = { query, ...(spelling === undefined ? {} : { spelling }) }
  for (const collection of await collectionsOf(ground.db, request)) queries.push(await readQuery(ground.db, collection, wording))
  const leg: LegRequest = { scope: scopeOf(request), group: request.group, limit: request.topK }
  const { ranked, notes } = await rankers[request.mode](ground, request, { queries, leg })
  const inOrder = ranked.map(({ passage, score }) => ({ ...passage, score: rounded(score) })).toSorted(byScore)
  const reranked = request.mode === 'hybrid' && request.rerank !== false ? await rerank(ground, request, inOrder) : inOrder
  const hits = reranked.slice(0, request.topK)
  return {
    hits: request.highlight ? await highlightHits(ground.db, queries, hits) : hits,
    repairs: tellable(
      queries.flatMap(({ repairs }) => repairs),
      { scope: leg.scope, hits },
    ),
    ...(notes.length > 0 ? { note: notes.join(' ') } : {}),
  }
}

/** A word that only documents hold which the caller may not read is told to nobody. */
function tellable(
  repairs: readonly Repair[],
  { scope, hits }: { readonly scope: Scope; readonly hits: readonly Hit[] },
): readonly Repair[] {
  if (scope.everything || repairs.length === 0) return repairs
  const said = new Set(hits.flatMap(({ title, text }) => tokenize(`${title}\n${text}`)))
  return repairs.filter(({ meant }) => said.has(meant))
}

/** Sums of floats differ in their last digits with their order; rounding keeps equal scores equal. */
const rounded = (score: number): number => Math.round(score * 1e9) / 1e9

const byScore = (left: Hit, right: Hit): number => right.score - left.score || descending(left.document, right.document)

const descending = (left: string, right: string): number => (left === right ? 0 : left < right ? 1 : -1)

async function collectionsOf(db: Database, { workspace, collection }: SearchRequest): Promise<readonly Collection[]> {
  if (collection === undefined) return listCollections(db, workspace)
  const names = typeof collection === 'string' ? [collection] : [...new Set(collection)]
  return Promise.all(names.map((name) => getCollection(db, workspace, name)))
}

interface LegWork {
  readonly queries: readonly QueryInCollection[]
  readonly leg: LegRequest
}

type Ranker = (ground: SearchGround, request: SearchRequest, work: LegWork) => Promise<Ranked>

const rankers: Readonly<Record<SearchMode, Ranker>> = {
  hybrid: rankHybrid,
  keyword: async ({ db }, { workspace }, { queries, leg }) => {
    const found: Scored[] = []
    // One collection after the other: the embedded database runs one statement at a time anyway.
    for (const { collection, words } of queries) found.push(...(await searchKeyword(db, collection, { ...leg, words })).found)
    return withPassages(db, { workspace, found, limit: leg.limit })
  },
  vector: async ({ db, embedders, signal }, { workspace, query }, { queries, leg }) => {
    const found: Scored[] = []
    for (const { collection } of queries) {
      const embedder = await embedders.find(collection.embedder)
      if (!embedder) throw otherEmbedder(collection)
      const [vector = new Float32Array()] = await embedder.embed([query], signal, 'query')
      found.push(...(await searchVector(db, collection, { ...leg, vector })))
    }
    return withPassages(db, { workspace, found, limit: leg.limit })
  },
}

async function withPassages(
  db: Database,
  { workspace, found, limit }: { readonly workspace: string; readonly found: readonly Scored[]; readonly limit: number },
): Promise<Ranked> {
  const best = found.toSorted((left, right) => right.score - left.score || right.document - left.document).slice(0, limit)
  const passages = await readPassages(db, workspace, best)
  const ranked = best.flatMap((scored) => {
    const passage = passages.get(chunkKey(scored))
    return passage ? [{ passage, score: scored.score }] : []
  })
  return { ranked, notes: [] }
}

function otherEmbedder({ name, embedder }: Collection): Fault {
  return new Fault(
    'conflict',
    `Collection '${name}' was indexed with the embedder '${embedder}', which this installation does not have. Configure it, or search with mode 'keyword'.`,
  )
}
