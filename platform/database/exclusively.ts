/** One process at a time, for making schemas and indexes: two that start together on one server must not both create them. */
import type { Database } from './database.ts'
import { outsideTransaction } from './transaction-scope.ts'

/** Any constants will do, as long as all processes use the same ones. */
const lockKeys = { schema: 77_880_001, graph: 77_880_003 }

/**
 * The embedded database has one process anyway; on a server an advisory lock is held on a connection of its own, by a
 * transaction without a snapshot, so that an index can be built concurrently meanwhile.
 */
export async function exclusively<T>(db: Database, work: () => Promise<T>, lock: keyof typeof lockKeys = 'schema'): Promise<T> {
  if (db.oneSession) return work()
  return db.transaction(async (tx) => {
    // Without parameters: a statement that binds some keeps its snapshot until the next one, and index builds wait for it.
    await tx.query(`select pg_advisory_xact_lock(${lockKeys[lock]})`)
    return outsideTransaction(work)
  })
}
