/** BM25 over the postings, in SQL that both homes of the database run alike (Robertson & Zaragoza 2009; Lucene's idf). */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { dictionaryOf } from '../language/detect.ts'
import { countTerms } from '../language/tokens.ts'
import type { Scope } from './scope.ts'

/** Saturation of term frequency, and how much length counts. */
const k1 = 1.2
const b = 0.75
const half = '0.5::float8'

/** A chunk and its score in one leg. */
export interface Scored {
  readonly document: number
  readonly ordinal: number
  readonly score: number
}

export interface LegRequest {
  readonly query: string
  readonly scope: Scope
  /** The best chunk of each document, or every chunk. */
  readonly group: 'document' | 'chunk'
  readonly limit: number
}

/** Best first. Every term counts as often as the query says it; a query without known terms finds nothing. */
export async function searchKeyword(db: Queryable, collection: Collection, request: LegRequest): Promise<readonly Scored[]> {
  const words = countTerms(request.query)
  if (words.size === 0 || collection.chunks === 0) return []
  const { rows } = await db.query<Scored>(request.group === 'document' ? bestOfDocument(request.scope) : everyChunk(request.scope), [
    collection.workspace,
    collection.key,
    dictionaryOf(collection.language),
    [...words.keys()],
    [...words.values()],
    collection.chunks,
    Math.max(1, collection.terms / collection.chunks),
    request.limit,
    ...request.scope.parameters,
  ])
  return rows
}

const scored = (scope: Scope): string => `
  with asked as materialized (
    select term, sum(count)::float8 as weight
    from unnest($4::text[], $5::int[]) as raw (word, count), unnest(ts_lexize($3::regdictionary, word)) as term
    group by term),
  matched as materialized (
    select asked.term, weight, document, ordinal, tf::float8 as tf, terms / $7::float8 as length,
           count(*) over (partition by asked.term)::float8 as chunks
    from asked, lateral (
      -- offset 0 keeps it one index lookup for each term, also where the planner has no statistics yet.
      select document, ordinal, tf, terms from postings
      where workspace = $1 and collection = $2 and term = asked.term offset 0) as found
    where document not in (select key from documents where workspace = $1 and collection = $2 and state <> 'live')),
  allowed as materialized (
    select key from documents d where ${!scope.everything} and workspace = $1 and collection = $2 and state = 'live' and ${scope.sql(9)}),
  scored as (
    select document, ordinal,
           sum(weight * ln(1 + ($6::float8 - chunks + ${half}) / (chunks + ${half})) * tf * ${k1 + 1}::float8
               / (tf + ${k1 * (1 - b)}::float8 + ${k1 * b}::float8 * length)) as score
    from matched
    where ${scope.everything} or document in (select key from allowed)
    group by document, ordinal)`

const everyChunk = (scope: Scope): string => `${scored(scope)}
  select document, ordinal, score from scored order by score desc, document desc, ordinal limit $8`

const bestOfDocument = (scope: Scope): string => `${scored(scope)},
  best as (select distinct on (document) document, ordinal, score from scored order by document, score desc, ordinal)
  select document, ordinal, score from best order by score desc, document desc limit $8`
