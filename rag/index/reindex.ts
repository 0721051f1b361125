/**
 * A collection from one embedder to another while it is searched and written: a space grows beside the live one until every
 * chunk has its vector there, then takes its place in one transaction. Every batch is a journalled step, so that a killed run
 * goes on where it was.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Embedder } from '../embedding/embedder.ts'
import { type Collection, getCollection, holdCollection } from './collections.ts'
import { fillSpace } from './fill.ts'
import { dropStrayGraphs, growGraphs } from './graph.ts'
import { type EmbeddingSpace, listSpaces, setComplete } from './spaces.ts'

export interface ReindexGround {
  readonly db: Database
  readonly signal: AbortSignal
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
  progress(progress: { readonly fraction?: number; readonly message: string }): void
}

export interface Reindexed {
  /** Embedder that was searched with before. */
  readonly from: string
  /** Chunks embedded since the run was last started. */
  readonly embedded: number
}

/** Throws `conflict` while the collection is moving to yet another embedder. */
export async function reindex(ground: ReindexGround, collection: Collection, embedder: Embedder): Promise<Reindexed> {
  const from = await ground.step('from', async () => collection.embedder)
  const target = await ground.step('space', (tx) => openSpace(tx, collection, embedder))
  let embedded = 0
  for (let round = 0; ; round++) {
    const space = await spaceOf(ground.db, collection, target)
    await ground.step(`go through ${round}`, async (tx) => {
      await setComplete(tx, space, true)
      return space.key
    })
    embedded += await fillSpace(ground, { collection, space, embedder, round })
    await growGraphs(ground.db, await getCollection(ground.db, collection.workspace, collection.name), {
      signal: ground.signal,
      onGrow: () => ground.progress({ fraction: 0.99, message: 'linking vectors for fast search' }),
    })
    if (await ground.step(`switch ${round}`, (tx) => takePlace(tx, collection, target))) break
  }
  await clearRetired(ground.db, collection, ground.signal)
  return { from, embedded }
}

/** The key of the space that the embedder's vectors belong in. */
async function openSpace(tx: Queryable, collection: Collection, { name, dimensions }: Embedder): Promise<number> {
  const held = await holdCollection(tx, collection)
  const spaces = await listSpaces(tx, held)
  const same = spaces.find((space) => space.embedder === name && space.dimensions === dimensions)
  if (same) return same.key
  const growing = spaces.find(({ state }) => state === 'growing')
  if (growing) {
    throw new Fault(
      'conflict',
      `Collection '${held.name}' is moving to the embedder '${growing.embedder}' already. Let that end: call reindex_collection with it.`,
    )
  }
  const { rows } = await tx.query<{ key: number }>(
    `insert into embedding_spaces (workspace, collection, embedder, dimensions, state) values ($1, $2, $3, $4, $5) returning key`,
    // A collection without any vectors yet has no space: the first one is searched at once.
    [held.workspace, held.key, name, dimensions, spaces.length === 0 ? 'live' : 'growing'],
  )
  return rows[0]?.key ?? 0
}

async function spaceOf(db: Queryable, collection: Collection, key: number): Promise<EmbeddingSpace> {
  const space = (await listSpaces(db, collection)).find((each) => each.key === key)
  if (space) return space
  throw new Fault('conflict', `Collection '${collection.name}' was deleted or moved to another embedder meanwhile. Start again.`)
}

/** Searched from here on, unless a chunk was written without its vector since the space was last gone through. */
async function takePlace(tx: Queryable, collection: Collection, key: number): Promise<boolean> {
  const held = await holdCollection(tx, collection)
  const { rows } = await tx.query<Pick<EmbeddingSpace, 'key' | 'embedder' | 'dimensions' | 'complete'>>(
    'select key, embedder, dimensions, complete from embedding_spaces where workspace = $1 and collection = $2 order by key for update',
    [held.workspace, held.key],
  )
  const next = rows.find((space) => space.key === key)
  if (!next?.complete) return false
  await tx.query(
    `update embedding_spaces set state = 'retired' where workspace = $1 and collection = $2 and state = 'live' and key <> $3`,
    [held.workspace, held.key, key],
  )
  await tx.query(`update embedding_spaces set state = 'live' where workspace = $1 and key = $2`, [held.workspace, key])
  await tx.query('update collections set embedder = $3, dimensions = $4, updated_at = now() where workspace = $1 and key = $2', [
    held.workspace,
    held.key,
    next.embedder,
    next.dimensions,
  ])
  return true
}

const documentsPerTurn = 50

/** Frees what the former spaces hold, a few documents at a time; it can stop and go on anywhere. */
export async function clearRetired(db: Database, { workspace, key }: Collection, signal: AbortSignal): Promise<void> {
  const retired = `select key from embedding_spaces where workspace = $1 and collection = $2 and state = 'retired'`
  if ((await db.query(retired, [workspace, key])).rowCount === 0) return
  await dropStrayGraphs(db)
  for (let last: number | undefined = 0; last !== undefined; ) {
    signal.throwIfAborted()
    const { rows }: { rows: { key: number }[] } = await db.background.query<{ key: number }>(
      'select key from documents where workspace = $1 and collection = $2 and key > $3 order by key limit $4',
      [workspace, key, last, documentsPerTurn],
    )
    await db.background.query(`delete from vectors where workspace = $1 and document = any($3::int[]) and space in (${retired})`, [
      workspace,
      key,
      rows.map((row) => row.key),
    ])
    last = rows.at(-1)?.key
  }
  await db.query(`delete from embedding_spaces where workspace = $1 and collection = $2 and state = 'retired'`, [workspace, key])
}
