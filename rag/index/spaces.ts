/** Embedding spaces: the vectors that one embedder made for one collection. One is searched, another may be growing beside it. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'

export interface EmbeddingSpace {
  readonly key: number
  readonly workspace: string
  readonly collection: number
  readonly embedder: string
  readonly dimensions: number
  readonly state: 'live' | 'growing' | 'retired'
  /** False when a chunk was written without its vector since the vectors were last gone through. */
  readonly complete: boolean
  readonly graph: 'none' | 'growing' | 'grown'
}

export type Place = Pick<Collection, 'workspace' | 'key'>

const columns = 'key, workspace, collection, embedder, dimensions, state, complete, graph'

/** The live one first; those that are being cleared away are left out. */
export async function listSpaces(db: Queryable, { workspace, key }: Place): Promise<readonly EmbeddingSpace[]> {
  const { rows } = await db.query<EmbeddingSpace>(
    `select ${columns} from embedding_spaces where workspace = $1 and collection = $2 and state <> 'retired' order by state = 'live' desc, key`,
    [workspace, key],
  )
  return rows
}

/** Where a vector of the collection's embedder is looked for: the newest space of that name and length that holds any. */
export async function findSpace(
  db: Queryable,
  { workspace, key, embedder }: Pick<Collection, 'workspace' | 'key' | 'embedder'>,
  dimensions: number,
): Promise<EmbeddingSpace | undefined> {
  const { rows } = await db.query<EmbeddingSpace>(
    `select ${columns} from embedding_spaces
     where workspace = $1 and collection = $2 and embedder = $3 and dimensions = $4 and state <> 'growing' order by state = 'live' desc, key desc limit 1`,
    [workspace, key, embedder, dimensions],
  )
  return rows[0]
}

/** The spaces that a new chunk belongs in, held as they are until the transaction ends. A new collection gets its first. */
export async function holdSpaces(tx: Queryable, collection: Collection): Promise<readonly EmbeddingSpace[]> {
  const held = await sharedSpaces(tx, collection)
  if (held.some(({ state }) => state === 'live')) return held
  await tx.query(
    `insert into embedding_spaces (workspace, collection, embedder, dimensions, state) values ($1, $2, $3, $4, 'live')
     on conflict do nothing`,
    [collection.workspace, collection.key, collection.embedder, collection.dimensions],
  )
  return sharedSpaces(tx, collection)
}

async function sharedSpaces(tx: Queryable, { workspace, key }: Place): Promise<readonly EmbeddingSpace[]> {
  const { rows } = await tx.query<EmbeddingSpace>(
    `select ${columns} from embedding_spaces where workspace = $1 and collection = $2 and state <> 'retired' order by key for no key update`,
    [workspace, key],
  )
  return rows
}

/** How many of a collection's chunks have their place in a space. */
export async function countVectors(db: Queryable, { workspace, key }: EmbeddingSpace): Promise<number> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from vectors where workspace = $1 and space = $2', [
    workspace,
    key,
  ])
  return rows[0]?.count ?? 0
}

export async function setComplete(db: Queryable, { workspace, key }: EmbeddingSpace, complete: boolean): Promise<void> {
  await db.query('update embedding_spaces set complete = $3 where workspace = $1 and key = $2', [workspace, key, complete])
}

/** Where collections of the workspace, by their keys, are moving, and how many of their chunks are there. */
export async function listMoves(
  db: Queryable,
  workspace: string,
): Promise<ReadonlyMap<number, { readonly embedder: string; readonly chunks: number }>> {
  const { rows } = await db.query<{ collection: number; embedder: string; chunks: number }>(
    `select s.collection, s.embedder, count(v.space)::int as chunks
     from embedding_spaces s left join vectors v on v.workspace = $1 and v.collection = s.collection and v.space = s.key
     where s.workspace = $1 and s.state = 'growing' group by s.key`,
    [workspace],
  )
  return new Map(rows.map(({ collection, ...move }) => [collection, move]))
}
