/**
 * HNSW graphs over the vectors of large spaces, one partial index each. On a server the index is built once after a bulk load
 * and kept up by inserts. The embedded database serves everyone from one session, so there the index begins empty and takes in
 * a few vectors at a time: a vector is in it once it is marked `linked`.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { exclusively } from '../../platform/database/exclusively.ts'
import type { Collection } from './collections.ts'
import { type EmbeddingSpace, listSpaces } from './spaces.ts'
import { type ChunkKey, rowsPerStatement } from './vectors.ts'

/**
 * Numbers that a scan reads in some 25 ms in the embedded database: 12,000 vectors of 384. Up to here scans are fast and exact,
 * and ingestion is spared the 4 ms that linking a vector takes there.
 */
const scannedNumbers = 12_000 * 384
const keysPerTurn = 200

/** What pgvector can index: vectors up to 2,000 numbers; halves, which have no quick arithmetic in WebAssembly, up to 4,000. */
const mostNumbers = 2_000
const mostHalves = 4_000

/**
 * Twice pgvector's links make a graph that is found through with half the steps: on sparse vectors, where graphs are at their
 * worst, recall@10 at 100 steps was .91 instead of .80. The embedded database would take 8 ms for a vector instead of 4.
 */
const shapes = { server: 'm = 32, ef_construction = 100', embedded: 'm = 16, ef_construction = 64' }

/** How a space's graph is asked: the SQL type of its vectors, and the condition that its index has. Made of our own numbers only. */
export interface Graph {
  readonly type: string
  readonly condition: string
  /** True where a vector waits outside the graph until it is linked. */
  readonly linked: boolean
  /** Links of a vector, and how many are looked at to choose them. */
  readonly shape: string
}

/** Undefined for vectors too long for a graph. */
export function graphOf(kind: Database['kind'], { key, dimensions }: Pick<EmbeddingSpace, 'key' | 'dimensions'>): Graph | undefined {
  const space = Math.trunc(key)
  const length = Math.trunc(dimensions)
  const linked = kind === 'embedded'
  const condition = linked ? `space = ${space} and linked` : `space = ${space}`
  const shape = shapes[kind]
  if (length <= mostNumbers) return { type: `vector(${length})`, condition, linked, shape }
  return kind === 'server' && length <= mostHalves ? { type: `halfvec(${length})`, condition, linked, shape } : undefined
}

/** Grows the graphs of the spaces of this collection that are too large for scans. It can stop and go on anywhere. */
export async function growGraphs(db: Database, collection: Collection, { signal, onGrow }: Growing): Promise<void> {
  for (const space of await listSpaces(db, collection)) {
    if (!wantsGraph(db.kind, collection.chunks, space)) continue
    onGrow?.()
    await growGraph(db, space, signal)
  }
}

export interface Growing {
  readonly signal: AbortSignal
  /** Called before a graph is grown, which takes a while. */
  readonly onGrow?: () => void
}

function wantsGraph(kind: Database['kind'], chunks: number, space: EmbeddingSpace): boolean {
  if (space.graph === 'grown' && kind === 'server') return false
  return space.graph !== 'none' || (chunks * space.dimensions > scannedNumbers && graphOf(kind, space) !== undefined)
}

/** Takes in every vector that is missing; searches use the graph from the moment it can be used. */
export async function growGraph(db: Database, space: EmbeddingSpace, signal: AbortSignal): Promise<void> {
  const graph = graphOf(db.kind, space)
  if (!graph) return
  if (db.kind === 'server') {
    if (space.graph === 'grown') return
    await buildIndex(db, space, graph)
  } else {
    await db.query(createIndex(space, graph))
    await setGraph(db, space, 'growing')
    await linkAll(db.background, space, signal)
  }
  await setGraph(db, space, 'grown')
}

const indexName = ({ key }: Pick<EmbeddingSpace, 'key'>): string => `vectors_graph_${Math.trunc(key)}`

function createIndex(space: EmbeddingSpace, { type, condition, shape }: Graph, how = ''): string {
  const operators = type.startsWith('half') ? 'halfvec_cosine_ops' : 'vector_cosine_ops'
  return `create index ${how} if not exists ${indexName(space)} on vectors
    using hnsw ((embedding::${type}) ${operators}) with (${shape}) where ${condition}`
}

/** Beside reads and writes. What a killed build left behind is invalid: it is dropped and built anew. */
async function buildIndex(db: Database, space: EmbeddingSpace, graph: Graph): Promise<void> {
  const build = async (): Promise<void> => {
    const { rows } = await db.query<{ valid: boolean }>('select indisvalid as valid from pg_index where indexrelid = to_regclass($1)', [
      indexName(space),
    ])
    if (rows[0]?.valid) return
    if (rows[0]) await db.query(`drop index concurrently if exists ${indexName(space)}`)
    await db.query(createIndex(space, graph, 'concurrently'))
  }
  await exclusively(db, build, 'graph')
}

async function linkAll(db: Database, space: EmbeddingSpace, signal: AbortSignal): Promise<void> {
  const size = rowsPerStatement(space, true)
  let last: ChunkKey | undefined = { document: 0, ordinal: -1 }
  while (last) {
    const keys: readonly ChunkKey[] = await unlinkedAfter(db, space, last)
    for (let at = 0; at < keys.length; at += size) {
      signal.throwIfAborted()
      await link(db, space, keys.slice(at, at + size))
    }
    last = keys.at(-1)
  }
}

async function unlinkedAfter(db: Queryable, { workspace, key }: EmbeddingSpace, last: ChunkKey): Promise<readonly ChunkKey[]> {
  const { rows } = await db.query<ChunkKey>(
    `select document, ordinal from vectors
     where workspace = $1 and space = $2 and not linked and document >= $3 and (document, ordinal) > ($3, $4)
     order by document, ordinal limit $5`,
    [workspace, key, last.document, last.ordinal, keysPerTurn],
  )
  return rows
}

async function link(db: Queryable, { workspace, key }: EmbeddingSpace, keys: readonly ChunkKey[]): Promise<void> {
  await db.query(
    `update vectors set linked = true from unnest($3::int[], $4::int[]) as wanted (document, ordinal)
     where workspace = $1 and space = $2 and vectors.document = wanted.document and vectors.ordinal = wanted.ordinal`,
    [workspace, key, keys.map(({ document }) => document), keys.map(({ ordinal }) => ordinal)],
  )
}

async function setGraph(db: Queryable, { workspace, key }: EmbeddingSpace, graph: EmbeddingSpace['graph']): Promise<void> {
  await db.query('update embedding_spaces set graph = $3 where workspace = $1 and key = $2', [workspace, key, graph])
}

/** Drops the graphs of spaces that are gone. */
export async function dropStrayGraphs(db: Database): Promise<void> {
  const { rows } = await db.query<{ key: number }>(
    `select substring(c.relname from '[0-9]+$')::int as key from pg_index i join pg_class c on c.oid = i.indexrelid
     where i.indrelid = to_regclass('vectors') and c.relname ~ '^vectors_graph_[0-9]+$'
       and not exists (select 1 from embedding_spaces s where s.key = substring(c.relname from '[0-9]+$')::int and s.state <> 'retired')`,
  )
  for (const space of rows) await db.query(`drop index ${db.kind === 'server' ? 'concurrently' : ''} if exists ${indexName(space)}`)
}
