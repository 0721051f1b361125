/** Documents out of the index: hidden at once in a few short transactions, then cleared away. */
import type { Database, Queryable } from '../../platform/database/database.ts'
import { clearReplaced, dropEmptyCollection } from './clear.ts'
import type { Collection } from './collections.ts'
import { replaceDocuments } from './documents.ts'

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
  if (!ids) await ground.step('drop', (tx) => dropEmptyCollection(tx, collection))
  return total
}
