/** For tests of this room: ingestion and search on a real database, with a journal that can be made to fail like a kill. */
import type { Database, Queryable } from '../platform/database/database.ts'
import type { Embedders } from './embedding/embedder.ts'
import { subwordOnly } from './embedding/subword.ts'
import { type Ingested, type IngestGround, ingest } from './ingestion/ingest.ts'
import type { Language } from './language/detect.ts'
import { type Hit, type SearchRequest, search } from './search/search.ts'

export const never = new AbortController().signal

export interface Journal {
  /** Outputs of the steps that were done, by name. */
  readonly steps: Map<string, unknown>
  /** The process dies after this many further steps. */
  dieAfter: number
}

export const openJournal = (): Journal => ({ steps: new Map(), dieAfter: Number.POSITIVE_INFINITY })

export interface IngestCall {
  readonly path: string
  readonly collection: string
  readonly workspace?: string
  readonly language?: Language
  readonly journal?: Journal
  readonly embedders?: Embedders
}

export async function ingestInto(
  db: Database,
  { path, collection, workspace = 'default', language, journal = openJournal(), embedders = subwordOnly }: IngestCall,
): Promise<Ingested> {
  const embedder = await embedders.preferred()
  return ingest(
    { db, step: stepIn(db, journal), embedder, embedders, signal: never, ingestion: 'run_1', progress: () => undefined },
    { path, collection, workspace, ...(language ? { language } : {}) },
  )
}

/** Steps in a journal, as a durable run has them. */
export function stepIn(db: Database, journal: Journal): IngestGround['step'] {
  return async <T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T> => {
    if (journal.steps.has(name)) return recalled<T>(journal, name)
    if (journal.dieAfter-- <= 0) throw new Error('killed')
    const output = await db.background.transaction(effect)
    journal.steps.set(name, output)
    return output
  }
}

/** As the real journal does it: the output comes back through JSON. */
function recalled<T>(journal: Journal, name: string): T {
  return JSON.parse(JSON.stringify(journal.steps.get(name)))
}

export async function searchIn(db: Database, request: Partial<SearchRequest> & Pick<SearchRequest, 'query'>): Promise<readonly Hit[]> {
  return search(
    { db, embedders: subwordOnly, signal: never },
    { workspace: 'default', topK: 10, mode: 'hybrid', group: 'document', ...request },
  )
}

/** Rows of every table of this room, to see that nothing is left behind. */
export async function countRows(db: Database): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const table of ['collections', 'documents', 'document_parts', 'chunks', 'postings', 'embedding_spaces', 'vectors']) {
    const { rows } = await db.query<{ count: number }>(`select count(*)::int as count from ${table}`)
    counts[table] = rows[0]?.count ?? 0
  }
  return counts
}
