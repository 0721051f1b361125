/** From candidates to what a reader sees: titles, texts, places in the source. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Scored } from './keyword.ts'
import type { Hit } from './search.ts'

/** A hit before it has its score. */
export type Passage = Omit<Hit, 'score'>

interface PassageRow extends Omit<Passage, 'page'> {
  readonly key: number
  readonly page: number | null
}

/** What names a chunk for good: a changed document gets another key. */
export const chunkKey = ({ document, ordinal }: Pick<Scored, 'document' | 'ordinal'>): string => `${document} ${ordinal}`

/** By `chunkKey`; a document that was replaced a moment ago is left out. */
export async function readPassages(
  db: Queryable,
  workspace: string,
  candidates: readonly Pick<Scored, 'document' | 'ordinal'>[],
): Promise<ReadonlyMap<string, Passage>> {
  if (candidates.length === 0) return new Map()
  const { rows } = await db.query<PassageRow>(
    `select d.key, n.name as collection, d.id as document, c.ordinal as chunk, c.title, c.text,
            d.metadata, c.start_offset as start, c.end_offset as "end", c.page
     from unnest($2::int[], $3::int[]) as wanted (document, ordinal),
       lateral (select * from documents where workspace = $1 and key = wanted.document and state = 'live' limit 1) as d,
       lateral (select ordinal, title, text, start_offset, end_offset, page from chunks
                where workspace = $1 and document = wanted.document and ordinal = wanted.ordinal limit 1) as c,
       lateral (select name from collections where workspace = $1 and key = d.collection limit 1) as n`,
    [workspace, candidates.map(({ document }) => document), candidates.map(({ ordinal }) => ordinal)],
  )
  return new Map(
    rows.map(({ key, page, ...passage }) => [
      chunkKey({ document: key, ordinal: passage.chunk }),
      { ...passage, ...(page === null ? {} : { page }) },
    ]),
  )
}

export interface ChunkText {
  readonly title: string
  readonly text: string
}

/** Titles and texts alone, by `chunkKey`, of chunks that a search has just been allowed to find. */
export async function readTexts(
  db: Queryable,
  workspace: string,
  chunks: readonly Pick<Scored, 'document' | 'ordinal'>[],
): Promise<ReadonlyMap<string, ChunkText>> {
  const { rows } = await db.query<ChunkText & { readonly document: number; readonly ordinal: number }>(
    `select c.document, c.ordinal, c.title, c.text from unnest($2::int[], $3::int[]) as wanted (document, ordinal),
       lateral (select document, ordinal, title, text from chunks
                where workspace = $1 and document = wanted.document and ordinal = wanted.ordinal limit 1) as c`,
    [workspace, chunks.map(({ document }) => document), chunks.map(({ ordinal }) => ordinal)],
  )
  return new Map(rows.map((row) => [chunkKey(row), row]))
}
