/** From candidates to what a reader sees: titles, texts, places in the source. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Scored } from './keyword.ts'
import type { Hit } from './search.ts'

interface PassageRow extends Omit<Hit, 'score'> {
  readonly document_key: number
  readonly ordinal: number
}

/** In any order; a document that was replaced a moment ago is left out. */
export async function readPassages(db: Queryable, workspace: string, candidates: readonly Scored[]): Promise<readonly Hit[]> {
  if (candidates.length === 0) return []
  const { rows } = await db.query<PassageRow>(
    `select d.key as document_key, c.ordinal, n.name as collection, d.id as document, c.ordinal as chunk, c.title, c.text,
            d.metadata, c.start_offset as start, c.end_offset as "end"
     from unnest($2::int[], $3::int[]) as wanted (document, ordinal),
       lateral (select * from documents where workspace = $1 and key = wanted.document and state = 'live' limit 1) as d,
       lateral (select ordinal, title, text, start_offset, end_offset from chunks
                where workspace = $1 and document = wanted.document and ordinal = wanted.ordinal limit 1) as c,
       lateral (select name from collections where workspace = $1 and key = d.collection limit 1) as n`,
    [workspace, candidates.map(({ document }) => document), candidates.map(({ ordinal }) => ordinal)],
  )
  const scores = new Map(candidates.map(({ document, ordinal, score }) => [`${document} ${ordinal}`, score]))
  return rows.map(({ document_key: key, ordinal, ...hit }) => ({ ...hit, score: rounded(scores.get(`${key} ${ordinal}`) ?? 0) }))
}

/** Sums of floats differ in their last digits with the order of rows; rounding keeps equal scores equal. */
const rounded = (score: number): number => Math.round(score * 1e9) / 1e9
