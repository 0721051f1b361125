/** Nearest chunks by the cosine of their vectors: an exact scan, or the graph where a collection has one. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { vectorText } from '../index/documents.ts'
import type { LegRequest, Scored } from './keyword.ts'
import type { Scope } from './scope.ts'

export interface VectorRequest extends Omit<LegRequest, 'query'> {
  readonly vector: Float32Array
}

/** Best first; `score` is the cosine. */
export async function searchVector(db: Database, collection: Collection, request: VectorRequest): Promise<readonly Scored[]> {
  const vector = vectorText(request.vector)
  if (vector === null || collection.chunks === 0) return []
  const { scope, limit } = request
  const parameters = [collection.workspace, collection.key, vector, limit, ...scope.parameters]
  const perDocument = request.group === 'document'
  if (!collection.graph) {
    const { rows } = await db.query<Scored>(`${exact(scope)} ${perDocument ? documents : chunks}`, parameters)
    return rows
  }
  return db.transaction(async (tx) => {
    await tx.query("select set_config('hnsw.iterative_scan', 'strict_order', true), set_config('hnsw.ef_search', '200', true)")
    const { rows } = await tx.query<Scored>(`${walked(scope)} ${perDocument ? documents : chunks}`, parameters)
    return rows
  })
}

/** The cosine of given chunks with the vector, for candidates that another leg found. */
export async function scoreChunks(
  db: Queryable,
  { workspace }: Collection,
  { vector, chunks }: { readonly vector: Float32Array; readonly chunks: readonly Scored[] },
): Promise<readonly Scored[]> {
  const text = vectorText(vector)
  if (text === null || chunks.length === 0) return []
  const { rows } = await db.query<Scored>(
    `select c.document, c.ordinal, 1 - (c.embedding <=> $4::vector) as score
     from unnest($2::int[], $3::int[]) as wanted (document, ordinal),
       lateral (select document, ordinal, embedding from chunks
                where workspace = $1 and document = wanted.document and ordinal = wanted.ordinal limit 1) as c
     where c.embedding is not null`,
    [workspace, chunks.map(({ document }) => document), chunks.map(({ ordinal }) => ordinal), text],
  )
  return rows
}

const visible = (scope: Scope): string => `c.workspace = $1 and c.collection = $2 and c.embedding is not null
  and c.document not in (select key from documents where workspace = $1 and collection = $2 and state <> 'live')
  and (${scope.everything} or c.document in (
    select key from documents d where workspace = $1 and collection = $2 and state = 'live' and ${scope.sql(5)}))`

const exact = (scope: Scope): string =>
  `with near as (select document, ordinal, 1 - (embedding <=> $3::vector) as score from chunks c where ${visible(scope)})`

/** The inner order is the graph's own, so that the graph is walked, further where the conditions leave too few. */
const walked = (scope: Scope): string => `with near as materialized (
  select document, ordinal, 1 - (embedding <=> $3::vector) as score from vector_graph c
  where ${visible(scope)} order by embedding <=> $3::vector limit $4)`

const chunks = 'select document, ordinal, score from near order by score desc, document desc, ordinal limit $4'
const documents = `select document, ordinal, score
  from (select distinct on (document) document, ordinal, score from near order by document, score desc, ordinal) as best
  order by score desc, document desc limit $4`
