/** A passage in its source: the exact text between two offsets, with what stands around it. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { scopeOf } from '../search/scope.ts'
import type { Collection } from './collections.ts'

export interface Passage {
  readonly collection: string
  readonly document: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Length of the whole source in UTF-16 units. */
  readonly characters: number
  readonly chunks: number
  readonly start: number
  readonly end: number
  /** Where the source has pages: the one that a named chunk starts on, from 1. */
  readonly page?: number
  readonly text: string
  /** Up to `context` characters before and after. */
  readonly before: string
  readonly after: string
}

export interface PassageRequest {
  readonly document: string
  /** Absent: the document from `start` on. */
  readonly chunk?: number
  readonly start?: number
  /** Most characters when no chunk is named. */
  readonly length: number
  readonly context: number
  /** What the caller goes by, from `principalsOf`; absent: it may read every document. */
  readonly principals?: readonly string[] | undefined
}

interface SourceRow {
  readonly key: number
  readonly collection: string
  readonly title: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly characters: number
  readonly chunks: number
}

/** Throws `not_found` when the document or chunk is not there; looks through `collections` in their order. */
export async function readPassage(db: Queryable, collections: readonly Collection[], request: PassageRequest): Promise<Passage> {
  const workspace = collections[0]?.workspace ?? ''
  const scope = scopeOf(request.principals ? { principals: request.principals } : {})
  const { rows } = await db.query<SourceRow>(
    `select d.key, c.name as collection, d.title, d.metadata, d.characters, d.chunks
     from documents d join collections c on c.workspace = $1 and c.key = d.collection
     where d.workspace = $1 and d.collection = any($2::int[]) and d.id = $3 and d.state = 'live' and ${scope.sql(4)}
     order by c.name limit 1`,
    [workspace, collections.map(({ key }) => key), request.document, ...scope.parameters],
  )
  const [source] = rows
  if (!source) {
    const where = collections.length === 1 ? `collection '${collections[0]?.name}'` : 'any collection'
    throw new Fault('not_found', `There is no document '${request.document}' in ${where}. Search for it with search_documents.`)
  }
  const { key, ...described } = source
  const place =
    request.chunk === undefined ? sliceOf(source, request) : await chunkPlace(db, { workspace, key, source, chunk: request.chunk })
  const from = Math.max(0, place.start - request.context)
  const window = await readText(db, { workspace, key, start: from, end: place.end + request.context })
  return {
    ...described,
    ...place,
    document: request.document,
    text: window.slice(place.start - from, place.end - from),
    before: window.slice(0, place.start - from),
    after: window.slice(place.end - from),
  }
}

interface Place {
  readonly title: string
  readonly start: number
  readonly end: number
  readonly page?: number
}

function sliceOf({ title, characters }: SourceRow, { start = 0, length }: PassageRequest): Place {
  return { title, start: Math.min(start, characters), end: Math.min(start + length, characters) }
}

async function chunkPlace(
  db: Queryable,
  {
    workspace,
    key,
    source,
    chunk,
  }: { readonly workspace: string; readonly key: number; readonly source: SourceRow; readonly chunk: number },
): Promise<Place> {
  const { rows } = await db.query<Omit<Place, 'page'> & { readonly page: number | null }>(
    `select title, start_offset as start, end_offset as "end", page from chunks where workspace = $1 and document = $2 and ordinal = $3`,
    [workspace, key, chunk],
  )
  const [place] = rows
  if (!place) throw new Fault('not_found', `The document has no chunk ${chunk}; its ${source.chunks} chunks are numbered from 0.`)
  const { page, ...span } = place
  return page === null ? span : { ...span, page }
}

/** [start, end) of a source, read from the parts that hold it. */
async function readText(
  db: Queryable,
  { workspace, key, start, end }: { readonly workspace: string; readonly key: number; readonly start: number; readonly end: number },
): Promise<string> {
  const { rows } = await db.query<{ start: number; text: string }>(
    `select start, text from document_parts
     where workspace = $1 and document = $2 and start < $4
       and start >= (select coalesce(max(start), 0) from document_parts where workspace = $1 and document = $2 and start <= $3)
     order by start`,
    [workspace, key, start, end],
  )
  const first = rows[0]?.start ?? 0
  return rows
    .map(({ text }) => text)
    .join('')
    .slice(start - first, end - first)
}
