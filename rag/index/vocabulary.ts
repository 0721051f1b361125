/** The words of a collection as its index knows them. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { isLanguage } from '../language/detect.ts'
import type { Collection } from './collections.ts'
import { type LanguageTerm, nameOf, readPostings } from './postings.ts'

export interface Vocabulary {
  /** Stems of every language, each once, in order. */
  readonly terms: readonly string[]
  /** Live chunks that each is in. */
  readonly chunks: Int32Array
}

type Place = Pick<Collection, 'workspace' | 'key'>

interface TermCount {
  readonly language: string
  readonly term: string
  readonly chunks: number
  /** A document that is out of sight may be among them. */
  readonly unsure: boolean
}

const termsPerPage = 2000
const unsurePerStatement = 100

/** Read page by page; it may have changed when `collection.updatedAt` has. */
export async function loadVocabulary(db: Database, collection: Place, signal: AbortSignal): Promise<Vocabulary> {
  const counts = new Map<string, number>()
  let after = { language: '', term: '' }
  for (;;) {
    signal.throwIfAborted()
    const page = await countsAfter(db, collection, after)
    const known = await countAgain(db, collection, page)
    for (const row of page) {
      const chunks = row.unsure ? (known.get(`${row.language} ${row.term}`) ?? 0) : row.chunks
      if (chunks > 0) counts.set(row.term, (counts.get(row.term) ?? 0) + chunks)
    }
    const last = page.at(-1)
    if (!last) break
    after = last
  }
  const terms = [...counts.keys()].sort()
  return { terms, chunks: Int32Array.from(terms, (term) => counts.get(term) ?? 0) }
}

async function countsAfter(
  db: Queryable,
  { workspace, key }: Place,
  after: Pick<TermCount, 'language' | 'term'>,
): Promise<readonly TermCount[]> {
  const { rows } = await db.query<TermCount>(
    `with hidden as materialized (
       select min(key) as first, max(key) as last from documents where workspace = $1 and collection = $2 and state <> 'live')
     select language, term, sum(chunks)::int as chunks,
            coalesce(bool_or(first_document <= hidden.last and last_document >= hidden.first), false) as unsure
     from postings, hidden where collection = (select key from collections where workspace = $1 and key = $2)
       and (language, term) > ($3, $4) group by language, term order by language, term limit $5`,
    [workspace, key, after.language, after.term, termsPerPage],
  )
  return rows
}

/** Chunks of the unsure ones, by their entries. */
async function countAgain(db: Queryable, collection: Place, page: readonly TermCount[]): Promise<ReadonlyMap<string, number>> {
  const unsure = page.flatMap(({ language, term, unsure: asked }): LanguageTerm[] =>
    asked && isLanguage(language) ? [{ language, term }] : [],
  )
  const counts = new Map<string, number>()
  for (let at = 0; at < unsure.length; at += unsurePerStatement) {
    const some = unsure.slice(at, at + unsurePerStatement)
    const postings = await readPostings(db, collection, some)
    for (const term of some) counts.set(nameOf(term), postings.get(nameOf(term))?.size ?? 0)
  }
  return counts
}
