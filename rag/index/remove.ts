/** Documents out of the index: hidden at once in a few short transactions, then cleared away. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { clearPostings, clearReplaced, dropEmptyCollection } from './clear.ts'
import type { Collection } from './collections.ts'
import { compactPostings } from './compact.ts'
import { replaceDocuments } from './documents.ts'
import { dropStrayGraphs } from './graph.ts'

export interface RemoveGround {
  readonly db: Database
  readonly signal: AbortSignal
  step<T>(name: string, effect: (tx: Queryable) => Promise<T>): Promise<T>
}

export interface Removed {
  readonly documents: number
  readonly chunks: number
}

const documentsPerStep = 200

/** The documents with these ids, or all of them and the collection itself. Unknown ids are not counted. */
export async function removeDocuments(ground: RemoveGround, collection: Collection, ids: readonly string[] | undefined): Promise<Removed> {
  const total = { documents: 0, chunks: 0 }
  const add = (removed: Removed): boolean => {
    total.documents += removed.documents
    total.chunks += removed.chunks
    return removed.documents > 0
  }
  if (ids) {
    for (let at = 0; at < ids.length; at += documentsPerStep) {
      const some = ids.slice(at, at + documentsPerStep)
      add(await ground.step(`hide ${at}`, (tx) => replaceDocuments(tx, collection, some)))
    }
  } else {
    let round = 0
    while (add(await ground.step(`hide ${round}`, (tx) => replaceDocuments(tx, collection, undefined, documentsPerStep)))) round++
  }
  await clearReplaced(ground.db, collection, ground.signal)
  // Whoever deletes documents wants nothing of them left, so their postings do not wait for company.
  if (!ids) await clearPostings(ground.db, collection, ground.signal)
  await compactPostings(ground.db, collection, ground.signal)
  if (!ids) {
    await ground.step('drop', (tx) => dropEmptyCollection(tx, collection))
    await dropStrayGraphs(ground.db)
  }
  return total
}
