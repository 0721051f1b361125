/** Collections: named sets of documents that share a language and an embedder. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { isLanguage, type Language } from '../language/detect.ts'
import { readWeights, type Weights } from '../search/weights.ts'

export interface Collection {
  readonly key: number
  readonly workspace: string
  readonly name: string
  /** What a document is taken for when its text does not clearly say otherwise. */
  readonly language: Language
  /** Those its documents are in: a query is stemmed in each of them. */
  readonly languages: readonly Language[]
  readonly embedder: string
  readonly dimensions: number
  readonly documents: number
  readonly chunks: number
  /** Sum of the lengths of all chunks, in index terms. */
  readonly terms: number
  /** Batches of postings written since they were last merged. */
  readonly segments: number
  /** How the signs of a hybrid ranking are weighed here; absent: by default. */
  readonly weights: Weights | undefined
  /** When a document last came or left. */
  readonly updatedAt: Date
}

interface CollectionRow extends Omit<Collection, 'language' | 'languages' | 'weights' | 'updatedAt'> {
  readonly language: string
  readonly languages: readonly string[]
  readonly weights: unknown
  readonly updated_at: Date
}

const columns =
  'key, workspace, name, language, languages, embedder, dimensions, documents, chunks, terms::float8 as terms, segments, weights, updated_at'

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
  const { workspace, name, language, embedder, dimensions } = wanted
  const hold = `select ${columns} from collections where workspace = $1 and name = $2 for update`
  const held = (await tx.query<CollectionRow>(hold, [workspace, name])).rows.map(toCollection)[0]
  if (held) return held
  await tx.query(
    `insert into collections (workspace, name, language, embedder, dimensions) values ($1, $2, $3, $4, $5)
     on conflict (workspace, name) do nothing`,
    [workspace, name, language, embedder, dimensions],
  )
  await tx.query(hold, [workspace, name])
  return getCollection(tx, workspace, name)
}

export interface CollectionChange {
  /** What became visible, or was hidden (negative numbers). */
  readonly documents: number
  readonly chunks: number
  readonly terms: number
  /** Languages of what became visible. */
  readonly languages?: readonly Language[]
}

export async function countIn(
  tx: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  { documents, chunks, terms, languages = [] }: CollectionChange,
): Promise<void> {
  await tx.query(
    `update collections set documents = documents + $3, chunks = chunks + $4, terms = terms + $5, updated_at = clock_timestamp(),
       languages = case when languages @> $6::text[] then languages
         else array(select distinct unnest(languages || $6::text[]) order by 1) end
     where workspace = $1 and key = $2`,
    [workspace, key, documents, chunks, terms, languages],
  )
}

/** Batches of postings that were written, or merged away (a negative number). */
export async function countSegments(
  tx: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  segments: number,
): Promise<void> {
  await tx.query('update collections set segments = segments + $3 where workspace = $1 and key = $2', [workspace, key, segments])
}

function toCollection({ updated_at: updatedAt, language, languages, weights, ...row }: CollectionRow): Collection {
  return {
    ...row,
    updatedAt,
    language: isLanguage(language) ? language : 'simple',
    languages: languages.filter(isLanguage),
    weights: readWeights(weights),
  }
}
