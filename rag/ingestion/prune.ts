/** Documents that came from a source and are no longer in it leave the collection when the source is ingested again. */
import { createHash } from 'node:crypto'
import type { Queryable } from '../../platform/database/database.ts'
import type { Collection } from '../index/collections.ts'
import { replaceDocuments } from '../index/documents.ts'
import type { Skip } from './document.ts'
import type { IngestGround } from './ingest.ts'

export interface Seen {
  readonly source: string
  /** Ids of every document that was read. */
  readonly ids: ReadonlySet<string>
  /** Files and lines that could not be read: what they held before stays. */
  readonly skipped: readonly Skip[]
}

const documentsPerPage = 1000
const documentsPerStep = 200

/** Returns how many documents left. */
export async function pruneVanished(ground: IngestGround, collection: Collection, seen: Seen): Promise<number> {
  const kept = new Set(seen.skipped.map(({ source }) => source))
  let removed = 0
  let after = ''
  for (;;) {
    ground.signal.throwIfAborted()
    const page = await documentsAfter(ground.db, collection, { source: seen.source, after })
    const vanished = page.filter(({ id, file }) => !seen.ids.has(id) && !isKept(file ?? id, kept)).map(({ id }) => id)
    for (let at = 0; at < vanished.length; at += documentsPerStep) {
      const ids = vanished.slice(at, at + documentsPerStep)
      const name = `leave ${createHash('sha256').update(ids.join('\0')).digest('hex').slice(0, 16)}`
      removed += (await ground.step(name, (tx) => replaceDocuments(tx, collection, ids))).documents
    }
    const last = page.at(-1)
    if (!last) return removed
    after = last.id
  }
}

/** True for a file that was skipped, or that lies in a folder that was. */
function isKept(file: string, skipped: ReadonlySet<string>): boolean {
  for (let at = file.length; at > 0; at = file.lastIndexOf('/', at - 1)) if (skipped.has(file.slice(0, at))) return true
  return false
}

async function documentsAfter(
  db: Queryable,
  { workspace, key }: Collection,
  { source, after }: { readonly source: string; readonly after: string },
): Promise<readonly { readonly id: string; readonly file: string | null }[]> {
  const { rows } = await db.query<{ id: string; file: string | null }>(
    `select id, file from documents
     where workspace = $1 and collection = $2 and state = 'live' and source = $3 and id > $4 order by id limit $5`,
    [workspace, key, source, after, documentsPerPage],
  )
  return rows
}
