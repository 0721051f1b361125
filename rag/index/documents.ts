/** Documents of the index: what is there, what comes, what goes out of sight. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { isLanguage, type Language } from '../language/detect.ts'
import { type Collection, countIn } from './collections.ts'

type Place = Pick<Collection, 'workspace' | 'key'>

export interface LiveDocument {
  readonly key: number
  readonly id: string
  readonly digest: string
  readonly chunks: number
  readonly language: string
  readonly source: string | null
  readonly file: string | null
  readonly readers: readonly string[] | null
  /** The run that wrote it. */
  readonly ingestion: string
}

/** Those of `ids` that are in the collection now, by id. */
export async function findDocuments(
  db: Queryable,
  { workspace, key }: Place,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LiveDocument>> {
  const { rows } = await db.query<LiveDocument>(
    `select found.* from unnest($3::text[]) as asked (id), lateral (
       -- offset 0 keeps it one index lookup for each id, also where the planner has no statistics yet.
       select key, id, digest, chunks, language, source, file, readers, ingestion from documents
       where workspace = $1 and collection = $2 and state = 'live' and id = asked.id offset 0) as found`,
    [workspace, key, ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

/** What a document is, its text aside. */
export interface NewDocument {
  readonly id: string
  readonly digest: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly characters: number
  readonly chunks: number
  readonly language: Language
  /** What was ingested, and the file below it that held the document; absent where it came by another way. */
  readonly source?: string | undefined
  readonly file?: string | undefined
  /** Absent: everyone in the workspace. */
  readonly readers?: readonly string[] | undefined
  /** From `contentDigest`; absent: never taken for a duplicate. */
  readonly content?: string | undefined
  readonly ingestion: string
}

/** Rows for documents, unseen until `publishDocuments`. Returns their keys in the order given. */
export async function insertDocuments(
  tx: Queryable,
  { workspace, key }: Place,
  documents: readonly NewDocument[],
): Promise<readonly number[]> {
  const { rows } = await tx.query<{ key: number; id: string }>(
    `insert into documents (workspace, collection, id, digest, title, metadata, characters, chunks, language, source, file, readers,
       content, ingestion)
     select $1, $2, d.id, d.digest, d.title, d.metadata::jsonb, d.characters, d.chunks, d.language, d.source, d.file,
       case when d.readers is not null then array(select jsonb_array_elements_text(d.readers::jsonb)) end, d.content, d.ingestion
     from unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[], $9::text[], $10::text[], $11::text[], $12::text[],
       $13::text[], $14::text[])
       as d (id, digest, title, metadata, characters, chunks, language, source, file, readers, content, ingestion)
     returning key, id`,
    [
      workspace,
      key,
      documents.map(({ id }) => id),
      documents.map(({ digest }) => digest),
      documents.map(({ title }) => title),
      documents.map(({ metadata }) => JSON.stringify(metadata)),
      documents.map(({ characters }) => characters),
      documents.map(({ chunks }) => chunks),
      documents.map(({ language }) => language),
      documents.map(({ source }) => source ?? null),
      documents.map(({ file }) => file ?? null),
      documents.map(({ readers }) => (readers ? JSON.stringify(readers) : null)),
      documents.map(({ content }) => content ?? null),
      documents.map(({ ingestion }) => ingestion),
    ],
  )
  const keys = new Map(rows.map((row) => [row.id, row.key]))
  return documents.flatMap(({ id }) => keys.get(id) ?? [])
}

/** Makes staged documents count: live from here on. Those they replace must have been taken out of sight. */
export async function publishDocuments(tx: Queryable, collection: Place, keys: readonly number[]): Promise<void> {
  const { rows } = await tx.query<{ chunks: number; terms: number; language: string }>(
    `update documents set state = 'live' where workspace = $1 and key = any($2::int[]) and state = 'staged'
     returning chunks, terms::float8 as terms, language`,
    [collection.workspace, keys],
  )
  if (rows.length < keys.length) throw interrupted()
  await countIn(tx, collection, {
    documents: rows.length,
    chunks: rows.reduce((sum, row) => sum + row.chunks, 0),
    terms: rows.reduce((sum, row) => sum + row.terms, 0),
    languages: [...new Set(rows.map(({ language }) => language))].filter(isLanguage),
  })
}

/** Adds the lengths of chunks that were written to their documents, which must still be staged: it holds them. */
export async function addLengths(tx: Queryable, workspace: string, lengths: ReadonlyMap<number, number>): Promise<void> {
  const { rowCount } = await tx.query(
    `update documents set terms = terms + added.length from unnest($2::int[], $3::int[]) as added (document, length)
     where workspace = $1 and key = added.document and state = 'staged'`,
    [workspace, [...lengths.keys()], [...lengths.values()]],
  )
  if (rowCount < lengths.size) throw interrupted()
}

const interrupted = (): Fault => new Fault('conflict', 'The ingestion was interrupted for more than a day; ingest these documents again.')

/** Lets documents that stay as they are belong to what was ingested now. */
export async function rehomeDocuments(
  tx: Queryable,
  { workspace }: Pick<Collection, 'workspace'>,
  homes: readonly { readonly key: number; readonly source: string; readonly file: string }[],
): Promise<void> {
  await tx.query(
    `update documents set source = home.source, file = home.file
     from unnest($2::int[], $3::text[], $4::text[]) as home (key, source, file) where workspace = $1 and documents.key = home.key`,
    [workspace, homes.map(({ key }) => key), homes.map(({ source }) => source), homes.map(({ file }) => file)],
  )
}

/** Takes documents out of sight, those of `ids` or any `most` of the collection; `clearReplaced` frees their space. */
export async function replaceDocuments(
  tx: Queryable,
  collection: Place,
  ids: readonly string[] | undefined,
  most = 500,
): Promise<{ readonly documents: number; readonly chunks: number }> {
  const { rows } = await tx.query<{ documents: number; chunks: number; terms: number }>(
    `with hidden as (
       update documents set state = 'replaced' where workspace = $1 and key in (
         select key from documents
         where workspace = $1 and collection = $2 and state = 'live' and ($3::text[] is null or id = any($3::text[])) limit $4)
       returning chunks, terms)
     select count(*)::int as documents, coalesce(sum(chunks), 0)::int as chunks, coalesce(sum(terms), 0)::float8 as terms from hidden`,
    [collection.workspace, collection.key, ids ?? null, most],
  )
  const { documents = 0, chunks = 0, terms = 0 } = rows[0] ?? {}
  if (documents > 0) await countIn(tx, collection, { documents: -documents, chunks: -chunks, terms: -terms })
  return { documents, chunks }
}

/** Gives up a document that was still being written. */
export async function replaceStaged(tx: Queryable, { workspace }: Pick<Place, 'workspace'>, key: number): Promise<void> {
  await tx.query(`update documents set state = 'replaced' where workspace = $1 and key = $2 and state = 'staged'`, [workspace, key])
}
