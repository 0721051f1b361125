/** For tests: a collection put straight into the tables, with vectors of the test's choosing and a chunk for every document. */
import type { Database } from '../../platform/database/database.ts'
import { type Collection, getCollection, holdCollection } from '../index/collections.ts'
import { type ChunkVectors, insertVectors } from '../index/vectors.ts'

export interface PlantedDocument {
  readonly id: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly readers?: readonly string[]
  /** One chunk for each. */
  readonly vectors: readonly Float32Array[]
}

export interface Planting {
  readonly workspace?: string
  readonly name: string
  readonly embedder?: string
  readonly dimensions: number
  readonly documents: readonly PlantedDocument[]
}

const documentsPerTurn = 500

/** The collection, and the documents' keys in the order given. */
export async function plant(
  db: Database,
  { workspace = 'default', name, embedder = 'planted', dimensions, documents }: Planting,
): Promise<{ readonly collection: Collection; readonly keys: readonly number[] }> {
  const held = await db.transaction((tx) => holdCollection(tx, { workspace, name, language: 'simple', embedder, dimensions }))
  const keys: number[] = []
  for (let at = 0; at < documents.length; at += documentsPerTurn) {
    keys.push(...(await plantSome(db, held, documents.slice(at, at + documentsPerTurn))))
  }
  const chunks = documents.reduce((sum, { vectors }) => sum + vectors.length, 0)
  await db.query('update collections set documents = documents + $3, chunks = chunks + $4 where workspace = $1 and key = $2', [
    workspace,
    held.key,
    documents.length,
    chunks,
  ])
  return { collection: await getCollection(db, workspace, name), keys }
}

async function plantSome(db: Database, collection: Collection, documents: readonly PlantedDocument[]): Promise<readonly number[]> {
  const { rows } = await db.query<{ key: number; id: string }>(
    `insert into documents (workspace, collection, id, title, metadata, digest, characters, chunks, state, ingestion, readers)
     select $1, $2, d.id, d.id, d.metadata::jsonb, d.id, 10, d.chunks, 'live', 'planted',
            case when d.readers is null then null else array(select jsonb_array_elements_text(d.readers::jsonb)) end
     from unnest($3::text[], $4::text[], $5::int[], $6::text[]) as d (id, metadata, chunks, readers) returning key, id`,
    [
      collection.workspace,
      collection.key,
      documents.map(({ id }) => id),
      documents.map(({ metadata }) => JSON.stringify(metadata ?? {})),
      documents.map(({ vectors }) => vectors.length),
      documents.map(({ readers }) => (readers ? JSON.stringify(readers) : null)),
    ],
  )
  const keyOf = new Map(rows.map(({ key, id }) => [id, key]))
  const chunks = documents.flatMap(({ id, vectors }) =>
    vectors.map((vector, ordinal): ChunkVectors => ({ document: keyOf.get(id) ?? 0, ordinal, embedder: collection.embedder, vector })),
  )
  await db.query(
    `insert into chunks (workspace, collection, document, ordinal, start_offset, end_offset, title, text)
     select $1, $2, c.document, c.ordinal, 0, 10, '', 'text ' || c.document || ' ' || c.ordinal
     from unnest($3::int[], $4::int[]) as c (document, ordinal)`,
    [collection.workspace, collection.key, chunks.map(({ document }) => document), chunks.map(({ ordinal }) => ordinal)],
  )
  await db.transaction((tx) => insertVectors(tx, collection, chunks))
  return documents.flatMap(({ id }) => keyOf.get(id) ?? [])
}
