/** One process at a time, for making schemas: two that start together on one server must not both create them. */
import type { Database } from './database.ts'
import { outsideTransaction } from './transaction-scope.ts'

/** Any constant will do, as long as all processes use the same one. */
const lockKey = 77_880_001

/** The embedded database has one process anyway; on a server an advisory lock is held on a connection of its own. */
export async function exclusively<T>(db: Database, work: () => Promise<T>): Promise<T> {
  if (db.oneSession) return work()
  return db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [lockKey])
    return outsideTransaction(work)
  })
}
