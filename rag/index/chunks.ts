/** Texts, vectors and postings of chunks into the index. Every statement is small: the embedded database serves others between. */
import type { Queryable } from '../../platform/database/database.ts'
import type { PreparedChunk } from '../ingestion/reader.worker.ts'
import type { Language } from '../language/detect.ts'
import { type Collection, countSegments } from './collections.ts'
import { addLengths } from './documents.ts'
import { insertPostings } from './postings.ts'
import { type TermsOf, termsByLanguage } from './stems.ts'
import { type ChunkVectors, insertVectors } from './vectors.ts'
import { recordWords } from './words.ts'

export interface Part {
  readonly document: number
  readonly start: number
  readonly text: string
}

const partLength = 32_768
const partsPerStatement = 64

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
  for (let at = 0; at < parts.length; at += partsPerStatement) {
    const some = parts.slice(at, at + partsPerStatement)
    await tx.query(
      `insert into document_parts (workspace, document, start, text)
       select $1, part.document, part.start, part.text from unnest($2::int[], $3::int[], $4::text[]) as part (document, start, text)`,
      [workspace, some.map(({ document }) => document), some.map(({ start }) => start), some.map(({ text }) => text)],
    )
  }
}

export interface IndexedChunk extends PreparedChunk, ChunkVectors {
  /** Its document's. */
  readonly language: Language
}

const chunksPerStatement = 32

/**
 * One batch of chunks of staged documents: their texts, vectors, a segment of postings, and their documents' lengths.
 * `terms` are found where they are absent; found before the transaction, they do not lengthen it.
 */
export async function insertChunks(
  tx: Queryable,
  collection: Collection,
  { chunks, terms }: { readonly chunks: readonly IndexedChunk[]; readonly terms?: TermsOf },
): Promise<void> {
  if (chunks.length === 0) return
  for (let at = 0; at < chunks.length; at += chunksPerStatement)
    await insertTexts(tx, collection, chunks.slice(at, at + chunksPerStatement))
  await insertVectors(tx, collection, chunks)
  await recordWords(tx, collection, new Set(chunks.flatMap((chunk) => chunk.terms)))
  const lengths = await insertPostings(tx, collection, { chunks, terms: terms ?? (await termsByLanguage(tx, chunks)) })
  const byDocument = new Map<number, number>()
  for (const [at, { document }] of chunks.entries()) byDocument.set(document, (byDocument.get(document) ?? 0) + (lengths[at] ?? 0))
  await addLengths(tx, collection.workspace, byDocument)
  await countSegments(tx, collection, 1)
}

async function insertTexts(tx: Queryable, { workspace, key }: Collection, chunks: readonly IndexedChunk[]): Promise<void> {
  await tx.query(
    `insert into chunks (workspace, collection, document, ordinal, start_offset, end_offset, page, title, text)
     select $1, $2, c.document, c.ordinal, c.start_offset, c.end_offset, c.page, c.title, c.text
     from unnest($3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::text[], $9::text[])
       as c (document, ordinal, start_offset, end_offset, page, title, text)`,
    [
      workspace,
      key,
      chunks.map((chunk) => chunk.document),
      chunks.map((chunk) => chunk.ordinal),
      chunks.map((chunk) => chunk.start),
      chunks.map((chunk) => chunk.end),
      chunks.map((chunk) => chunk.page ?? null),
      chunks.map((chunk) => chunk.title),
      chunks.map((chunk) => chunk.text),
    ],
  )
}
