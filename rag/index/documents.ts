/** Writing documents into the index. Every statement is small: the embedded database serves everyone else in between. */
import { toSql } from 'pgvector'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { PreparedChunk } from '../ingestion/reader.worker.ts'
import { dictionaryOf } from '../language/detect.ts'
import { type Collection, countIn } from './collections.ts'
import { insertIntoGraph } from './graph.ts'

export interface LiveDocument {
  readonly key: number
  readonly id: string
  readonly digest: string
  readonly chunks: number
}

/** Those of `ids` that are in the collection now, by id. */
export async function findDocuments(
  db: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, LiveDocument>> {
  const { rows } = await db.query<LiveDocument>(
    `select key, id, digest, chunks from documents
     where workspace = $1 and collection = $2 and state = 'live' and id = any($3::text[])`,
    [workspace, key, ids],
  )
  return new Map(rows.map((row) => [row.id, row]))
}

export interface NewDocument {
  readonly id: string
  readonly digest: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly characters: number
  readonly chunks: number
  readonly ingestion: string
}

/** Rows for documents, `staged` ones unseen until `publishDocuments`. Returns their keys in the order given. */
export async function insertDocuments(
  tx: Queryable,
  { workspace, key }: Collection,
  { documents, state }: { readonly documents: readonly NewDocument[]; readonly state: 'staged' | 'live' },
): Promise<readonly number[]> {
  const { rows } = await tx.query<{ key: number; id: string }>(
    `insert into documents (workspace, collection, state, id, digest, title, metadata, characters, chunks, ingestion)
     select $1, $2, $3, d.id, d.digest, d.title, d.metadata::jsonb, d.characters, d.chunks, d.ingestion
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[], $10::text[])
       as d (id, digest, title, metadata, characters, chunks, ingestion)
     returning key, id`,
    [
      workspace,
      key,
      state,
      documents.map(({ id }) => id),
      documents.map(({ digest }) => digest),
      documents.map(({ title }) => title),
      documents.map(({ metadata }) => JSON.stringify(metadata)),
      documents.map(({ characters }) => characters),
      documents.map(({ chunks }) => chunks),
      documents.map(({ ingestion }) => ingestion),
    ],
  )
  const keys = new Map(rows.map((row) => [row.id, row.key]))
  return documents.flatMap(({ id }) => keys.get(id) ?? [])
}

export interface Part {
  readonly document: number
  readonly start: number
  readonly text: string
}

const partLength = 32_768

/** Cuts the source for storing, never inside a surrogate pair. */
export function partsOf(document: number, text: string): Part[] {
  const parts: Part[] = []
  let start = 0
  while (start < text.length) {
    const reach = Math.min(start + partLength, text.length)
    const last = text.charCodeAt(reach - 1)
    const end = reach < text.length && last >= 0xd800 && last <= 0xdbff ? reach - 1 : reach
    parts.push({ document, start, text: text.slice(start, end) })
    start = end
  }
  return parts
}

export async function insertParts(tx: Queryable, workspace: string, parts: readonly Part[]): Promise<void> {
  await tx.query(
    `insert into document_parts (workspace, document, start, text)
     select $1, part.document, part.start, part.text from unnest($2::int[], $3::int[], $4::text[]) as part (document, start, text)`,
    [workspace, parts.map(({ document }) => document), parts.map(({ start }) => start), parts.map(({ text }) => text)],
  )
}

export interface IndexedChunk extends PreparedChunk {
  readonly document: number
  readonly ordinal: number
  readonly vector: Float32Array
}

const chunksPerStatement = 8
const postingsPerStatement = 500

export async function insertChunks(tx: Queryable, collection: Collection, chunks: readonly IndexedChunk[]): Promise<void> {
  for (let at = 0; at < chunks.length; at += chunksPerStatement)
    await insertTexts(tx, collection, chunks.slice(at, at + chunksPerStatement))
  for (const group of groupByPostings(chunks)) await insertPostings(tx, collection, group)
  if (!collection.graph) return
  for (let at = 0; at < chunks.length; at += chunksPerStatement / 2) {
    await insertIntoGraph(tx, collection, chunks.slice(at, at + chunksPerStatement / 2))
  }
}

async function insertTexts(tx: Queryable, { workspace, key }: Collection, chunks: readonly IndexedChunk[]): Promise<void> {
  await tx.query(
    `insert into chunks (workspace, collection, document, ordinal, start_offset, end_offset, title, text, embedding)
     select $1, $2, c.document, c.ordinal, c.start_offset, c.end_offset, c.title, c.text, c.embedding::vector
     from unnest($3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[], $9::text[])
       as c (document, ordinal, start_offset, end_offset, title, text, embedding)`,
    [
      workspace,
      key,
      chunks.map((chunk) => chunk.document),
      chunks.map((chunk) => chunk.ordinal),
      chunks.map((chunk) => chunk.start),
      chunks.map((chunk) => chunk.end),
      chunks.map((chunk) => chunk.title),
      chunks.map((chunk) => chunk.text),
      chunks.map((chunk) => vectorText(chunk.vector)),
    ],
  )
}

/** What pgvector reads; null for a vector of zeros, which has no direction to compare. */
export function vectorText(vector: Float32Array): string | null {
  return vector.some((value) => value !== 0) ? toSql(Array.from(vector, (value) => Number(value.toFixed(5)))) : null
}

function groupByPostings(chunks: readonly IndexedChunk[]): IndexedChunk[][] {
  const groups: IndexedChunk[][] = []
  let size = Number.POSITIVE_INFINITY
  for (const chunk of chunks) {
    if (size + chunk.terms.length > postingsPerStatement) {
      groups.push([])
      size = 0
    }
    groups.at(-1)?.push(chunk)
    size += chunk.terms.length
  }
  return groups
}

/** Stems the terms as the query's will be, sums what falls together, and gives every posting its chunk's length. */
async function insertPostings(tx: Queryable, { workspace, key, language }: Collection, chunks: readonly IndexedChunk[]): Promise<void> {
  await tx.query(
    `insert into postings (workspace, collection, document, ordinal, term, tf, terms)
     select $1, $2, document, ordinal, term, sum(count)::int, (sum(sum(count)) over (partition by document, ordinal))::int
     from unnest($4::int[], $5::int[], $6::text[], $7::int[]) as raw (document, ordinal, word, count),
          unnest(ts_lexize($3::regdictionary, word)) as term
     group by document, ordinal, term`,
    [
      workspace,
      key,
      dictionaryOf(language),
      chunks.flatMap((chunk) => chunk.terms.map(() => chunk.document)),
      chunks.flatMap((chunk) => chunk.terms.map(() => chunk.ordinal)),
      chunks.flatMap((chunk) => chunk.terms),
      chunks.flatMap((chunk) => chunk.counts),
    ],
  )
}

/** Makes documents count: live from here on, with their lengths. Those they replace must have been taken out of sight. */
export async function publishDocuments(tx: Queryable, collection: Collection, keys: readonly number[]): Promise<void> {
  const { rows } = await tx.query<{ chunks: number; terms: number }>(
    `update documents set state = 'live', terms = lengths.terms
     from (select wanted.key, coalesce((select sum(tf) from postings where workspace = $1 and document = wanted.key), 0) as terms
           from unnest($2::int[]) as wanted (key)) as lengths
     where workspace = $1 and documents.key = lengths.key and state <> 'replaced'
     returning chunks, documents.terms::float8 as terms`,
    [collection.workspace, keys],
  )
  if (rows.length < keys.length)
    throw new Fault('conflict', 'The ingestion was interrupted for more than a day; ingest these documents again.')
  const chunks = rows.reduce((sum, row) => sum + row.chunks, 0)
  const terms = rows.reduce((sum, row) => sum + row.terms, 0)
  await countIn(tx, collection, { documents: rows.length, chunks, terms })
}

/** Takes documents out of sight, those of `ids` or any `most` of the collection; `clearReplaced` frees their space. */
export async function replaceDocuments(
  tx: Queryable,
  collection: Pick<Collection, 'workspace' | 'key'>,
  ids: readonly string[] | undefined,
  most = 500,
): Promise<{ readonly documents: number; readonly chunks: number }> {
  const { rows } = await tx.query<{ documents: number; chunks: number; terms: number }>(
    `with hidden as (
       update documents set state = 'replaced' where key in (
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
