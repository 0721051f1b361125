/** The keyword leg: BM25 over the index's postings, every document in its own language. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import type { Entries } from '../index/entries.ts'
import { type LanguageTerm, nameOf, readPostings } from '../index/postings.ts'
import { allPlaces, bestChunks, placesByDocument, type Scored } from './best.ts'
import { holdingOf, idf, type QueryWord, type ScoredChunks, scoreChunks } from './bm25.ts'
import { type QueryWeights, stemQuery } from './query-words.ts'
import type { Scope } from './scope.ts'

export type { Scored } from './best.ts'

export interface LegRequest {
  readonly scope: Scope
  /** The best chunk of each document, or every chunk. */
  readonly group: 'document' | 'chunk'
  readonly limit: number
}

export interface KeywordRequest extends LegRequest {
  /** What is looked for, with how much each word counts: as a rule, how often the query says it. */
  readonly words: QueryWeights
}

export interface KeywordResult {
  /** Best first; nothing for a query without known words. */
  readonly found: readonly Scored[]
  /** Inverse document frequency of each word of the query; stop words have none. */
  readonly rarity: ReadonlyMap<string, number>
}

export async function searchKeyword(db: Queryable, collection: Collection, request: KeywordRequest): Promise<KeywordResult> {
  if (collection.chunks === 0) return { found: [], rarity: new Map() }
  const { scored, rarity } = await scoreQuery(db, collection, request.words)
  if (scored.size === 0) return { found: [], rarity }
  const places = request.group === 'document' ? placesByDocument(scored) : allPlaces(scored)
  if (request.scope.everything) return { found: bestChunks(scored, places, request.limit), rarity }
  return { found: await bestAllowed(db, collection, { ...request, scored, places }), rarity }
}

interface Scoring extends Pick<KeywordResult, 'rarity'> {
  readonly scored: ScoredChunks
}

async function scoreQuery(db: Queryable, collection: Collection, query: QueryWeights): Promise<Scoring> {
  const { words, language: own } = await stemQuery(db, collection.languages, query)
  const postings = await readPostings(
    db,
    collection,
    words.flatMap(({ terms }) => terms),
  )
  const entriesOf = (terms: readonly LanguageTerm[]): readonly Entries[] => terms.flatMap((term) => postings.get(nameOf(term)) ?? [])
  const isOwn = ({ language }: LanguageTerm): boolean => own === undefined || language === own
  const found = words.map(
    ({ weight, terms }): QueryWord => ({
      weight,
      entries: entriesOf(terms.filter(isOwn)),
      foreign: entriesOf(terms.filter((term) => !isOwn(term))),
    }),
  )
  const rarity = new Map(
    words.flatMap(({ said }, at) => {
      const word = found[at]
      return said.map((each) => [each, idf(word ? holdingOf(word) : 0, collection.chunks)] as const)
    }),
  )
  const averageLength = Math.max(1, collection.terms / collection.chunks)
  return { rarity, scored: scoreChunks(found, { chunks: collection.chunks, averageLength }) }
}

interface Ranked extends LegRequest {
  readonly scored: ScoredChunks
  readonly places: Uint32Array
}

const documentsPerStatement = 2000

/** Goes down the ranking until enough of it lies in the scope: deeper, the fewer do. */
async function bestAllowed(db: Queryable, collection: Collection, { scored, places, scope, limit }: Ranked): Promise<readonly Scored[]> {
  const allowed: Scored[] = []
  for (let from = 0, to = 4 * limit; from < places.length && allowed.length < limit; from = to, to = 4 * to) {
    const next = bestChunks(scored, places, to).slice(from)
    for (let at = 0; at < next.length && allowed.length < limit; at += documentsPerStatement) {
      const some = next.slice(at, at + documentsPerStatement)
      const seen = await documentsIn(db, collection, { scope, documents: some.map(({ document }) => document) })
      allowed.push(...some.filter(({ document }) => seen.has(document)))
    }
  }
  return allowed.slice(0, limit)
}

async function documentsIn(
  db: Queryable,
  { workspace, key }: Collection,
  { scope, documents }: { readonly scope: Scope; readonly documents: readonly number[] },
): Promise<ReadonlySet<number>> {
  const { rows } = await db.query<{ key: number }>(
    `select d.key from documents d
     where d.workspace = $1 and d.collection = $2 and d.state = 'live' and d.key = any($3::int[]) and ${scope.sql(4)}`,
    [workspace, key, [...new Set(documents)], ...scope.parameters],
  )
  return new Set(rows.map((row) => row.key))
}
