/**
 * Keeps the postings short to read: rows of a term that gathered are merged into one, and entries of cleared documents are
 * dropped. It goes through the index a few terms at a time, each in a short transaction, and can stop and go on anywhere.
 */
import type { Database, Queryable } from '../../platform/database/database.ts'
import type { Collection } from './collections.ts'
import { countSegments } from './collections.ts'
import { type Entries, emptyEntries, sortEntries, unpackEntries } from './entries.ts'
import { insertRows, type PostingsRow, rowOf } from './postings.ts'

type Place = Pick<Collection, 'workspace' | 'key'>

/** A term with more rows than this has them merged. */
const rowsLeft = 8
/** A row this full is not merged again: about 160 KB. */
const fullRow = 32_768
const termsPerPage = 1000
/** What one transaction rewrites at most, in entries: about 10 ms. */
const entriesPerTurn = 50_000
const rowsPerTurn = 1000

/** Merges what gathered and takes out documents that were cleared, after which nothing of them is left. */
export async function compactPostings(db: Database, place: Place, signal: AbortSignal): Promise<void> {
  const { segments, cleared } = await stateOf(db.background, place)
  let after = { language: '', term: '' }
  for (;;) {
    signal.throwIfAborted()
    const page = await db.background.transaction((tx) => termsAfter(tx, place, { after, cleared }))
    for (const turn of turnsOf(page.filter(({ due }) => due))) {
      signal.throwIfAborted()
      await db.background.transaction((tx) => rewriteTerms(tx, place, { terms: turn, cleared: new Set(cleared) }))
    }
    const last = page.at(-1)
    if (!last) break
    after = last
  }
  await db.background.transaction((tx) => countSegments(tx, place, -segments))
  await forget(db.background, place, cleared)
  // A server does this by itself. The table stays small this way, so that it takes a few ten milliseconds.
  if (db.oneSession) await db.background.query('vacuum postings')
}

async function stateOf(
  db: Queryable,
  { workspace, key }: Place,
): Promise<{ readonly segments: number; readonly cleared: readonly number[] }> {
  const { rows } = await db.query<{ segments: number; cleared: readonly number[] }>(
    `select segments, array(select key from documents where workspace = $1 and collection = $2 and state = 'cleared' order by key) as cleared
     from collections where workspace = $1 and key = $2`,
    [workspace, key],
  )
  return rows[0] ?? { segments: 0, cleared: [] }
}

interface Term {
  readonly language: string
  readonly term: string
  readonly entries: number
  readonly rows: number
  /** Has rows to merge, or may hold what was cleared. */
  readonly due: boolean
}

async function termsAfter(
  tx: Queryable,
  { workspace, key }: Place,
  { after, cleared }: { readonly after: Pick<Term, 'language' | 'term'>; readonly cleared: readonly number[] },
): Promise<readonly Term[]> {
  // Without statistics the planner would sort all postings for every page; they are in order in the index.
  await tx.query(`select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
    set_config('enable_sort', 'off', true), set_config('enable_hashagg', 'off', true)`)
  const { rows } = await tx.query<Term>(
    `select language, term, sum(chunks)::int as entries, count(*)::int as rows,
            count(*) filter (where chunks < $5) > $6
              or coalesce(bool_or(first_document <= $8::int and last_document >= $7::int), false) as due
     from postings where collection = (select key from collections where workspace = $1 and key = $2)
       and (language, term) > ($3, $4) group by language, term order by language, term limit $9`,
    [workspace, key, after.language, after.term, fullRow, rowsLeft, cleared[0] ?? null, cleared.at(-1) ?? null, termsPerPage],
  )
  return rows
}

function turnsOf(terms: readonly Term[]): Term[][] {
  const turns: Term[][] = []
  let entries = Number.POSITIVE_INFINITY
  let rows = 0
  for (const term of terms) {
    if (entries + term.entries > entriesPerTurn || rows + term.rows > rowsPerTurn) {
      turns.push([])
      entries = 0
      rows = 0
    }
    turns.at(-1)?.push(term)
    entries += term.entries
    rows += term.rows
  }
  return turns
}

interface StoredTerm {
  readonly language: string
  readonly term: string
  /** Of its rows, in one order, joined by spaces: where they lie (good for this transaction), their sizes, their entries. */
  readonly places: string
  readonly sizes: string
  readonly packed: string
}

async function rewriteTerms(
  tx: Queryable,
  { workspace, key }: Place,
  { terms, cleared }: { readonly terms: readonly Term[]; readonly cleared: ReadonlySet<number> },
): Promise<void> {
  // Writers take turns, so nobody else rewrites these rows meanwhile.
  await tx.query('select 1 from collections where workspace = $1 and key = $2 for update', [workspace, key])
  const { rows } = await tx.query<StoredTerm>(
    `select asked.language, asked.term, p.places, p.sizes, p.packed
     from unnest($2::text[], $3::text[]) as asked (language, term), lateral (
       select string_agg(ctid::text, ' ') as places, string_agg(chunks::text, ' ') as sizes,
              string_agg(encode(entries, 'base64'), ' ') as packed
       from postings where collection = $1 and language = asked.language and term = asked.term offset 0) as p
     where p.places is not null`,
    [key, terms.map(({ language }) => language), terms.map(({ term }) => term)],
  )
  const gone: string[] = []
  const fresh = new Map<string, PostingsRow[]>()
  for (const stored of rows) {
    const { language, term } = stored
    const change = merge(rowsOf(stored), cleared)
    gone.push(...change.gone.map(({ place }) => place))
    fresh.set(language, [...(fresh.get(language) ?? []), ...change.entries.flatMap((entries) => cut(term, entries))])
  }
  // By their places only: with any other condition the planner reads the whole collection.
  await tx.query('delete from postings where ctid = any($1::tid[])', [gone])
  for (const [language, some] of fresh) await insertRows(tx, { key, language, rows: some })
}

interface StoredRow {
  readonly place: string
  readonly chunks: number
  readonly entries: Buffer
}

function rowsOf({ places, sizes, packed }: StoredTerm): readonly StoredRow[] {
  const chunks = sizes.split(' ').map(Number)
  const entries = packed.split(' ')
  return places.split(' ').map((place, at) => ({ place, chunks: chunks[at] ?? 0, entries: Buffer.from(entries[at] ?? '', 'base64') }))
}

/** Which rows of one term give way to which entries. */
function merge(
  stored: readonly StoredRow[],
  cleared: ReadonlySet<number>,
): { readonly gone: readonly StoredRow[]; readonly entries: readonly Entries[] } {
  const merged = stored.length > rowsLeft ? tailOf(stored.filter(({ chunks }) => chunks < fullRow)) : []
  const apart = cleared.size > 0 ? stored.filter((row) => !merged.includes(row)) : []
  const shrunk = apart.map((row) => ({ row, entries: unpackRows([row], cleared) })).filter(({ row, entries }) => entries.size < row.chunks)
  return {
    gone: [...merged, ...shrunk.map(({ row }) => row)],
    entries: [...(merged.length > 0 ? [unpackRows(merged, cleared)] : []), ...shrunk.map(({ entries }) => entries)],
  }
}

/** The rows worth merging: a large one joins the small only when they weigh half as much, or it would be rewritten every time. */
function tailOf(rows: readonly StoredRow[]): readonly StoredRow[] {
  const tail: StoredRow[] = []
  let entries = 0
  for (const row of rows.toSorted((left, right) => left.chunks - right.chunks)) {
    if (tail.length > rowsLeft / 2 && row.chunks > 2 * entries) break
    tail.push(row)
    entries += row.chunks
  }
  return tail
}

function unpackRows(rows: readonly StoredRow[], cleared: ReadonlySet<number>): Entries {
  const entries = emptyEntries(rows.reduce((sum, { chunks }) => sum + chunks, 0))
  for (const { entries: packed } of rows) unpackEntries(packed, entries, cleared.size > 0 ? cleared : undefined)
  return sortEntries(entries)
}

function cut(term: string, entries: Entries): PostingsRow[] {
  const rows: PostingsRow[] = []
  for (let from = 0; from < entries.size; from += fullRow) {
    rows.push(rowOf(term, entries, from, Math.min(from + fullRow, entries.size)))
  }
  return rows
}

const documentsPerStatement = 500

/** The rows of documents of which nothing else is left. */
async function forget(db: Queryable, { workspace, key }: Place, cleared: readonly number[]): Promise<void> {
  for (let at = 0; at < cleared.length; at += documentsPerStatement) {
    await db.query(`delete from documents where workspace = $1 and collection = $2 and state = 'cleared' and key = any($3::int[])`, [
      workspace,
      key,
      cleared.slice(at, at + documentsPerStatement),
    ])
  }
}
