/** Collections: named sets of documents that share a language and an embedder. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { isLanguage, type Language } from '../language/detect.ts'

export interface Collection {
  readonly key: number
  readonly workspace: string
  readonly name: string
  readonly language: Language
  readonly embedder: string
  readonly dimensions: number
  readonly documents: number
  readonly chunks: number
  /** Sum of the lengths of all chunks, in index terms. */
  readonly terms: number
  /** All its vectors are in the graph, so that the nearest are found without a scan. */
  readonly graph: boolean
  readonly updatedAt: Date
}

interface CollectionRow extends Omit<Collection, 'language' | 'updatedAt'> {
  readonly language: string
  readonly updated_at: Date
}

const columns = 'key, workspace, name, language, embedder, dimensions, documents, chunks, terms::float8 as terms, graph, updated_at'

/** A collection whose name begins so is still being written: it is found by its name only, which no caller can give. */
export const hiddenMark = '.'

export async function listCollections(db: Queryable, workspace: string): Promise<readonly Collection[]> {
  const { rows } = await db.query<CollectionRow>(
    `select ${columns} from collections where workspace = $1 and not starts_with(name, $2) order by name`,
    [workspace, hiddenMark],
  )
  return rows.map(toCollection)
}

export async function findCollection(db: Queryable, workspace: string, name: string): Promise<Collection | undefined> {
  const { rows } = await db.query<CollectionRow>(`select ${columns} from collections where workspace = $1 and name = $2`, [workspace, name])
  return rows.map(toCollection)[0]
}

/** Throws `not_found` with the names there are. */
export async function getCollection(db: Queryable, workspace: string, name: string): Promise<Collection> {
  const found = await findCollection(db, workspace, name)
  if (found) return found
  const names = (await listCollections(db, workspace)).map((collection) => collection.name)
  const hint = names.length > 0 ? `There are: ${names.slice(0, 20).join(', ')}.` : 'There are none yet; ingest documents first.'
  throw new Fault('not_found', `There is no collection '${name}'. ${hint}`)
}

/** Finds the collection or creates it, and holds it for the rest of the transaction: writers take turns. */
export async function holdCollection(
  tx: Queryable,
  wanted: Pick<Collection, 'workspace' | 'name' | 'language' | 'embedder' | 'dimensions'>,
): Promise<Collection> {
  await tx.query(
    `insert into collections (workspace, name, language, embedder, dimensions) values ($1, $2, $3, $4, $5)
     on conflict (workspace, name) do nothing`,
    [wanted.workspace, wanted.name, wanted.language, wanted.embedder, wanted.dimensions],
  )
  await tx.query('select 1 from collections where workspace = $1 and name = $2 for update', [wanted.workspace, wanted.name])
  return getCollection(tx, wanted.workspace, wanted.name)
}

/** Adds what became visible, or takes away what was hidden (negative numbers). */
export async function countIn(
  tx: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  change: { readonly documents: number; readonly chunks: number; readonly terms: number },
): Promise<void> {
  await tx.query(
    `update collections set documents = documents + $3, chunks = chunks + $4, terms = terms + $5, updated_at = now()
     where workspace = $1 and key = $2`,
    [workspace, key, change.documents, change.chunks, change.terms],
  )
}

function toCollection({ updated_at: updatedAt, language, ...row }: CollectionRow): Collection {
  return { ...row, updatedAt, language: isLanguage(language) ? language : 'simple' }
}
