/** The rows of a collection page by page, in the order of their keys, so that no statement is long and memory stays small. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import type { Language } from '../language/detect.ts'
import type { Scope } from '../search/scope.ts'

export interface DocumentRow {
  readonly key: number
  readonly id: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly digest: string
  readonly content: string
  readonly file: string
  readonly language: Language
  readonly readers: readonly string[] | null
  readonly characters: number
  readonly chunks: number
}

export interface TextRow {
  readonly document: number
  readonly start: number
  readonly text: string
}

export interface ChunkRow {
  readonly document: number
  readonly ordinal: number
  readonly start: number
  readonly end: number
  readonly page: number | null
  readonly title: string
  readonly text: string
  /** As pgvector writes it; null where the text has no words. */
  readonly vector: string | null
}

const documentsPerPage = 20
/** A part is up to 32,768 characters. */
const textsPerPage = 20
const chunksPerPage = 40

/** Those after `after` that the scope lets through. */
export async function documentsAfter(
  db: Queryable,
  { workspace, key }: Collection,
  { scope, after }: { readonly scope: Scope; readonly after: number },
): Promise<readonly DocumentRow[]> {
  const { rows } = await db.query<DocumentRow>(
    `select d.key, d.id, d.title, d.metadata, d.digest, coalesce(d.content, '') as content, coalesce(d.file, '') as file,
            d.language, d.readers, d.characters, d.chunks
     from documents d
     where d.workspace = $1 and d.collection = $2 and d.state = 'live' and d.key > $3 and ${scope.sql(5)}
     order by d.key limit $4`,
    [workspace, key, after, documentsPerPage, ...scope.parameters],
  )
  return rows
}

/** Of several documents, in the order of document and place. */
export async function* textsOf(db: Queryable, workspace: string, documents: readonly number[]): AsyncGenerator<TextRow> {
  for (let document = 0, start = -1; ; ) {
    const { rows } = await db.query<TextRow>(
      `select document, start, text from document_parts
       where workspace = $1 and document = any($2::int[]) and (document, start) > ($3, $4) order by document, start limit $5`,
      [workspace, documents, document, start, textsPerPage],
    )
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < textsPerPage) return
    document = last.document
    start = last.start
  }
}

/** Of several documents, in the order of document and number, with their vectors in the space that is searched. */
export async function* chunksOf(db: Queryable, { workspace, key }: Collection, documents: readonly number[]): AsyncGenerator<ChunkRow> {
  for (let document = 0, ordinal = -1; ; ) {
    const { rows } = await db.query<ChunkRow>(
      `select c.document, c.ordinal, c.start_offset as start, c.end_offset as "end", c.page, c.title, c.text,
              (select v.embedding::text from vectors v where v.workspace = $1 and v.document = c.document and v.ordinal = c.ordinal
                 and v.space = (select key from embedding_spaces where workspace = $1 and collection = $2 and state = 'live')) as vector
       from chunks c
       where c.workspace = $1 and c.document = any($3::int[]) and (c.document, c.ordinal) > ($4, $5)
       order by c.document, c.ordinal limit $6`,
      [workspace, key, documents, document, ordinal, chunksPerPage],
    )
    yield* rows
    const last = rows.at(-1)
    if (!last || rows.length < chunksPerPage) return
    document = last.document
    ordinal = last.ordinal
  }
}

/** Those that are still to be seen: of the others some rows may be gone already. */
export async function stillLive(db: Queryable, workspace: string, documents: readonly number[]): Promise<ReadonlySet<number>> {
  const { rows } = await db.query<{ key: number }>(
    `select key from documents where workspace = $1 and key = any($2::int[]) and state = 'live'`,
    [workspace, documents],
  )
  return new Set(rows.map(({ key }) => key))
}

/** True when the collection holds a document that the scope keeps from the caller. */
export async function hidesSomething(db: Queryable, { workspace, key }: Collection, scope: Scope): Promise<boolean> {
  if (scope.everything) return false
  const { rowCount } = await db.query(
    `select 1 from documents d where d.workspace = $1 and d.collection = $2 and d.state = 'live' and not coalesce(${scope.sql(3)}, false) limit 1`,
    [workspace, key, ...scope.parameters],
  )
  return rowCount > 0
}
