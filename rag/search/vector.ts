/**
 * Nearest chunks by the cosine of their vectors. Small spaces are scanned, which is exact. Large ones have a graph: where few
 * documents may be found these are scanned, else the graph is walked outwards until enough of what it meets may be found, and if
 * that takes too long all are scanned after all. So there are always as many results as asked for, if they exist.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Collection } from '../index/collections.ts'
import { type Graph, graphOf } from '../index/graph.ts'
import { type EmbeddingSpace, findSpace } from '../index/spaces.ts'
import { vectorText } from '../index/vectors.ts'
import type { LegRequest, Scored } from './keyword.ts'
import type { Scope } from './scope.ts'

export interface VectorRequest extends Omit<LegRequest, 'query'> {
  readonly vector: Float32Array
}

/** Best first; `score` is the cosine. Throws `invalid_input` for a vector of another length than the collection's. */
export async function searchVector(db: Database, collection: Collection, request: VectorRequest): Promise<readonly Scored[]> {
  const vector = vectorText(request.vector)
  if (vector === null || collection.chunks === 0) return []
  const space = await spaceFor(db, collection, request.vector)
  if (!space) return []
  const graph = space.graph === 'none' ? undefined : graphOf(db.kind, space)
  const parameters = [collection.workspace, collection.key, vector, request.limit, ...request.scope.parameters]
  if (!graph) return scan(db, { request, space, parameters })
  const allowed = await fewAllowed(db, collection, request.scope)
  if (allowed) return scanThese(db, { request, space, parameters: [...parameters.slice(0, scopeFrom - 1), allowed] })
  return (await walk(db, { collection, request, space, graph, parameters })) ?? scan(db, { request, space, parameters })
}

async function spaceFor(db: Queryable, collection: Collection, vector: Float32Array): Promise<EmbeddingSpace | undefined> {
  if (vector.length === collection.dimensions) return findSpace(db, collection, vector.length)
  throw new Fault(
    'invalid_input',
    `The query's vector has ${vector.length} numbers and those of collection '${collection.name}' have ${collection.dimensions}. Embed the query with '${collection.embedder}'.`,
  )
}

interface Search {
  readonly request: VectorRequest
  readonly space: EmbeddingSpace
  /** Workspace, collection, vector, limit, then the scope's. */
  readonly parameters: readonly unknown[]
}

const scopeFrom = 5

async function scan(db: Database, { request, space, parameters }: Search): Promise<readonly Scored[]> {
  const sql = `${scanned(request.scope, space)} ${ranked(request.group)}`
  if (db.kind === 'embedded') return (await db.query<Scored>(sql, parameters)).rows
  // Compiling the statement would take longer than running it.
  return withSettings(db, { jit: 'off' }, async (tx) => (await tx.query<Scored>(sql, parameters)).rows)
}

function scanned(scope: Scope, space: EmbeddingSpace): string {
  if (scope.everything)
    return `with near as (${score} from vectors v where workspace = $1 and collection = $2 and space = ${space.key} and embedding is not null
      and ${seen(scope)})`
  return `with allowed as materialized (
      select key from documents d where workspace = $1 and collection = $2 and state = 'live' and ${scope.sql(scopeFrom)}),
    ${nearOf(space)}`
}

/** offset 0 keeps it one index lookup for each document, also where the planner has no statistics yet. */
function nearOf({ key }: EmbeddingSpace): string {
  return `near as (${score} from allowed, lateral (
    select document, ordinal, embedding from vectors
    where workspace = $1 and collection = $2 and document = allowed.key and space = ${key} and embedding is not null offset 0) as v)`
}

const score = 'select document, ordinal, 1 - (embedding <=> $3::vector) as score'

/** Up to this share of the documents, scanning them costs less than walking past all others, and misses none. */
const shareScanned = 2 / 5
const alwaysScanned = 100

/** The documents that may be found, if they are few. */
async function fewAllowed(db: Queryable, { workspace, key, documents }: Collection, scope: Scope): Promise<readonly number[] | undefined> {
  if (scope.everything) return undefined
  const most = Math.max(alwaysScanned, Math.ceil(documents * shareScanned))
  const { rows } = await db.query<{ key: number }>(
    `select key from documents d where workspace = $1 and collection = $2 and state = 'live' and ${scope.sql(4)} limit $3`,
    [workspace, key, most + 1, ...scope.parameters],
  )
  return rows.length > most ? undefined : rows.map((row) => row.key)
}

async function scanThese(db: Database, { request, space, parameters }: Search): Promise<readonly Scored[]> {
  const allowed = `with allowed as (select key from unnest($${scopeFrom}::int[]) as given (key))`
  const { rows } = await db.query<Scored>(`${allowed}, ${nearOf(space)} ${ranked(request.group)}`, parameters)
  return rows
}

interface Walk extends Search {
  readonly collection: Collection
  readonly graph: Graph
}

/** Met on one walk at most, as a share of all chunks. */
const shareMet = 1 / 4
const fewestMet = 1000
/** Steps of a walk that nothing is filtered from, and of one that passes by what may not be found. */
const steps = { open: 200, filtered: 800 }
const mostSteps = 1000

/** Undefined when the walk did not meet enough. */
async function walk(db: Database, work: Walk): Promise<readonly Scored[] | undefined> {
  const { collection, request } = work
  // A document's chunks lie near each other: several are met for each document that is new.
  const perDocument = request.group === 'document' ? Math.min(8, collection.chunks / Math.max(1, collection.documents)) : 1
  for (const factor of request.group === 'document' ? [1, 4] : [1]) {
    const width = Math.ceil(request.limit * (1 + perDocument) * factor)
    const { rows, met } = await walkOnce(db, work, width)
    // A walk that ended early gives whatever it had come by, not the nearest.
    if (met < width) return undefined
    if (rows.length >= request.limit) return rows
  }
  return undefined
}

async function walkOnce(db: Database, { collection, request, space, graph, parameters }: Walk, width: number): Promise<Walked> {
  const settings = {
    jit: 'off',
    enable_seqscan: 'off',
    enable_sort: 'off',
    'hnsw.iterative_scan': 'relaxed_order',
    'hnsw.ef_search': String(Math.min(mostSteps, Math.max(width, request.scope.everything ? steps.open : steps.filtered))),
    'hnsw.max_scan_tuples': String(Math.max(fewestMet, width, Math.ceil(collection.chunks * shareMet))),
    'hnsw.scan_mem_multiplier': '16',
  }
  const sql = `${walked({ scope: request.scope, space, graph, width })}
    select found.*, (select count(*)::int from walked) as met from (${ranked(request.group)}) as found`
  return withSettings(db, settings, async (tx) => {
    const { rows } = await tx.query<Scored & { readonly met: number }>(sql, parameters)
    return { rows: rows.map(({ document, ordinal, score }) => ({ document, ordinal, score })), met: rows[0]?.met ?? 0 }
  })
}

interface Walked {
  readonly rows: readonly Scored[]
  /** Chunks met that may be found. */
  readonly met: number
}

interface WalkSql {
  readonly scope: Scope
  readonly space: EmbeddingSpace
  readonly graph: Graph
  readonly width: number
}

/** The inner order is the graph's own, so that the graph is walked; what is not linked yet is scanned. */
function walked({ scope, space, graph, width }: WalkSql): string {
  const from = 'select document, ordinal, embedding from vectors v where workspace = $1'
  return `with walked as materialized (
      ${from} and ${graph.condition} and ${seen(scope)}
      order by embedding::${graph.type} <=> $3::${graph.type} limit ${width}),
    waiting as (${from} and space = ${space.key} and not linked and embedding is not null and ${graph.linked} and ${seen(scope)}),
    near as (select document, ordinal, 1 - (embedding <=> $3::vector) as score
      from (select * from walked union all select * from waiting) as either)`
}

/** True for vectors `v` of documents that may be found, looked up one by one as the walk meets them. */
function seen(scope: Scope): string {
  if (scope.everything) return `v.document not in (select key from documents where workspace = $1 and collection = $2 and state <> 'live')`
  return `exists (select 1 from documents d
    where d.workspace = $1 and d.collection = $2 and d.key = v.document and d.state = 'live' and ${scope.sql(scopeFrom)} offset 0)`
}

function ranked(group: LegRequest['group']): string {
  if (group === 'chunk') return 'select document, ordinal, score from near order by score desc, document desc, ordinal limit $4'
  return `select document, ordinal, score
    from (select distinct on (document) document, ordinal, score from near order by document, score desc, ordinal) as best
    order by score desc, document desc limit $4`
}

async function withSettings<T>(db: Database, settings: Readonly<Record<string, string>>, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const set = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`)
  return db.transaction(async (tx) => {
    await tx.query(`select ${set.join(', ')}`)
    return work(tx)
  })
}

export interface ScoreRequest {
  readonly vector: Float32Array
  readonly chunks: readonly Scored[]
  /** What may be seen; absent where the chunks were found within it. */
  readonly scope?: Scope
}

/** The cosine of given chunks with the vector, for candidates that another leg found. */
export async function scoreChunks(
  db: Queryable,
  collection: Collection,
  { vector, chunks, scope }: ScoreRequest,
): Promise<readonly Scored[]> {
  const text = vectorText(vector)
  if (text === null || chunks.length === 0) return []
  const space = await spaceFor(db, collection, vector)
  if (!space) return []
  const { rows } = await db.query<Scored>(
    `select v.document, v.ordinal, 1 - (v.embedding <=> $3::vector) as score
     from unnest($4::int[], $5::int[]) as wanted (document, ordinal),
       lateral (select document, ordinal, embedding from vectors
                where workspace = $1 and collection = $2 and document = wanted.document and ordinal = wanted.ordinal and space = $6 limit 1) as v
     where v.embedding is not null and ${scope && !scope.everything ? readableNow(scope) : 'true'}`,
    [
      collection.workspace,
      collection.key,
      text,
      chunks.map(({ document }) => document),
      chunks.map(({ ordinal }) => ordinal),
      space.key,
      ...(scope?.parameters ?? []),
    ],
  )
  return rows
}

const readableNow = (scope: Scope): string => `exists (select 1 from documents d
  where d.workspace = $1 and d.collection = $2 and d.key = v.document and d.state = 'live' and ${scope.sql(7)} offset 0)`
