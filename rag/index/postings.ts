/**
 * The inverted index: a row holds a term's packed entries of one batch of chunks, so that a batch writes a row for each of its
 * words and a query reads a few rows for each of its own. Terms are kept apart by language: stems of two never meet.
 */
import type { Queryable } from '../../platform/database/database.ts'
import { isLanguage, type Language } from '../language/detect.ts'
import type { Collection } from './collections.ts'
import { type Entries, emptyEntries, packEntries, sortEntries, unpackEntries } from './entries.ts'
import type { TermsOf } from './stems.ts'

/** A chunk as the postings see it. */
export interface IndexableChunk {
  readonly document: number
  readonly ordinal: number
  readonly language: Language
  /** Unstemmed, each once, with their counts beside them. */
  readonly terms: readonly string[]
  readonly counts: readonly number[]
}

const rowsPerStatement = 1000

/** A segment of postings for these chunks. Returns the length of each chunk in terms. */
export async function insertPostings(
  tx: Queryable,
  { key }: Pick<Collection, 'key'>,
  { chunks, terms }: { readonly chunks: readonly IndexableChunk[]; readonly terms: TermsOf },
): Promise<readonly number[]> {
  const gathered = new Map<Language, Map<string, number[]>>()
  const lengths = chunks.map((chunk) => gather(chunk, terms.get(chunk.language), columnOf(gathered, chunk.language)))
  for (const [language, columns] of gathered) {
    const rows = [...columns].sort(([left], [right]) => (left < right ? -1 : 1)).map(([term, flat]) => rowOf(term, toEntries(flat)))
    await insertRows(tx, { key, language, rows })
  }
  return lengths
}

function columnOf(gathered: Map<Language, Map<string, number[]>>, language: Language): Map<string, number[]> {
  const known = gathered.get(language)
  if (known) return known
  const fresh = new Map<string, number[]>()
  gathered.set(language, fresh)
  return fresh
}

/** Adds one chunk's terms to the columns; returns its length: every word once, by its first term. */
function gather(
  { document, ordinal, terms, counts }: IndexableChunk,
  indexed: ReadonlyMap<string, readonly string[]> | undefined,
  columns: Map<string, number[]>,
): number {
  const frequencies = new Map<string, number>()
  let length = 0
  for (const [at, word] of terms.entries()) {
    const count = counts[at] ?? 0
    const found = indexed?.get(word)
    if (!found) continue
    length += count
    for (const term of found) frequencies.set(term, (frequencies.get(term) ?? 0) + count)
  }
  for (const [term, frequency] of frequencies) {
    const flat = columns.get(term)
    if (flat) flat.push(document, ordinal, frequency, length)
    else columns.set(term, [document, ordinal, frequency, length])
  }
  return length
}

function toEntries(flat: readonly number[]): Entries {
  const entries = emptyEntries(flat.length / 4)
  for (let at = 0; at < flat.length; at += 4) {
    const entry = at / 4
    entries.documents[entry] = flat[at] ?? 0
    entries.ordinals[entry] = flat[at + 1] ?? 0
    entries.frequencies[entry] = flat[at + 2] ?? 0
    entries.lengths[entry] = flat[at + 3] ?? 0
  }
  entries.size = flat.length / 4
  return sortEntries(entries)
}

export interface PostingsRow {
  readonly term: string
  readonly chunks: number
  readonly first: number
  readonly last: number
  readonly entries: Buffer
}

/** Entries [from, to) as a row. */
export function rowOf(term: string, entries: Entries, from = 0, to = entries.size): PostingsRow {
  return {
    term,
    chunks: to - from,
    first: entries.documents[from] ?? 0,
    last: entries.documents[to - 1] ?? 0,
    entries: packEntries(entries, from, to),
  }
}

export async function insertRows(
  tx: Queryable,
  { key, language, rows }: { readonly key: number; readonly language: string; readonly rows: readonly PostingsRow[] },
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerStatement) {
    const some = rows.slice(at, at + rowsPerStatement)
    await tx.query(
      `insert into postings (collection, language, term, chunks, first_document, last_document, entries)
       select $1, $2, p.term, p.chunks, p.first, p.last, decode(p.entries, 'base64')
       from unnest($3::text[], $4::int[], $5::int[], $6::int[], $7::text[]) as p (term, chunks, first, last, entries)`,
      [
        key,
        language,
        some.map(({ term }) => term),
        some.map(({ chunks }) => chunks),
        some.map(({ first }) => first),
        some.map(({ last }) => last),
        some.map(({ entries }) => entries.toString('base64')),
      ],
    )
  }
}

/** A term in the language it was stemmed by. */
export interface LanguageTerm {
  readonly language: Language
  readonly term: string
}

/** Entries of live chunks by language and term, as `nameOf` writes them; terms that are nowhere are absent. */
export type Postings = ReadonlyMap<string, Entries>

export const nameOf = ({ language, term }: LanguageTerm): string => `${language} ${term}`

/** What the index holds for these terms, in one look at it: documents that are not live are left out. */
export async function readPostings(
  db: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  terms: readonly LanguageTerm[],
): Promise<Postings> {
  const { rows } = await db.query<{ language: string | null; term: string; chunks: number; entries: string }>(
    `select p.language, p.term, p.chunks, encode(p.entries, 'base64') as entries
     from unnest($3::text[], $4::text[]) as asked (language, term), lateral (
       -- offset 0 keeps it one index lookup for each term, also where the planner has no statistics yet.
       select language, term, chunks, entries from postings
       where collection = (select key from collections where workspace = $1 and key = $2)
         and language = asked.language and term = asked.term offset 0) as p
     union all
     select null, '', 0, (select string_agg(key::text, ',') from documents where workspace = $1 and collection = $2 and state <> 'live')`,
    [workspace, key, terms.map(({ language }) => language), terms.map(({ term }) => term)],
  )
  const hidden = rows.find(({ language }) => language === null)?.entries
  const without = hidden ? new Set(hidden.split(',').map(Number)) : undefined
  const room = new Map<string, number>()
  for (const { language, term, chunks } of rows) room.set(`${language} ${term}`, (room.get(`${language} ${term}`) ?? 0) + chunks)
  const postings = new Map<string, Entries & { size: number }>()
  for (const { language, term, entries } of rows) {
    if (language === null || !isLanguage(language)) continue
    const name = nameOf({ language, term })
    const found = postings.get(name) ?? emptyEntries(room.get(name) ?? 0)
    unpackEntries(Buffer.from(entries, 'base64'), found, without)
    postings.set(name, found)
  }
  return postings
}

/** In how many live chunks each term is, summed over the languages it is asked in; terms that are nowhere are absent. */
export async function documentFrequencies(
  db: Queryable,
  collection: Pick<Collection, 'workspace' | 'key'>,
  terms: readonly LanguageTerm[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ language: string; term: string; chunks: number; unsure: boolean }>(
    `with hidden as materialized (
       select min(key) as first, max(key) as last from documents where workspace = $1 and collection = $2 and state <> 'live')
     select p.language, p.term, p.chunks, p.unsure from hidden, unnest($3::text[], $4::text[]) as asked (language, term), lateral (
       select language, term, sum(chunks)::int as chunks,
              coalesce(bool_or(first_document <= hidden.last and last_document >= hidden.first), false) as unsure
       from postings where collection = (select key from collections where workspace = $1 and key = $2)
         and language = asked.language and term = asked.term group by language, term offset 0) as p`,
    [collection.workspace, collection.key, terms.map(({ language }) => language), terms.map(({ term }) => term)],
  )
  const unsure = rows.flatMap(({ language, term, unsure: asked }): LanguageTerm[] =>
    asked && isLanguage(language) ? [{ language, term }] : [],
  )
  const postings = unsure.length > 0 ? await readPostings(db, collection, unsure) : new Map<string, Entries>()
  const counts = new Map<string, number>()
  for (const row of rows) {
    const chunks = row.unsure ? (postings.get(`${row.language} ${row.term}`)?.size ?? 0) : row.chunks
    if (chunks > 0) counts.set(row.term, (counts.get(row.term) ?? 0) + chunks)
  }
  return counts
}
