/**
 * LangGraph's PostgresSaver on the façade of our database. It wants a pool and speaks raw BEGIN and COMMIT; here a client
 * that begins holds the façade's transaction until it commits, so nothing interleaves in the one embedded session.
 */
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres'
import type { Database, Queryable } from '../platform/database/database.ts'
import { isUniqueViolation } from '../platform/database/sql-error.ts'
import { putCheckpoint, putTaskWrites } from './checkpoint-writes.ts'

export type Checkpoints = PostgresSaver

const schema = 'agents_graph'

/** Its tables live in a schema of their own and are made by its own migrations. */
export async function openCheckpoints(db: Database): Promise<Checkpoints> {
  // It is typed for pg's Pool class and calls these three methods only.
  const saver: PostgresSaver = Reflect.construct(PostgresSaver, [poolOver(db), undefined, { schema }])
  try {
    await saver.setup()
  } catch (error) {
    // Two processes on one server made the tables at once; the other one did it.
    if (!isUniqueViolation(error)) throw error
    await saver.setup()
  }
  return Object.assign(saver, { put: putCheckpoint(db, saver), putWrites: putTaskWrites(db, saver) })
}

interface PoolFace {
  query(sql: string, params?: readonly unknown[]): Promise<unknown>
  connect(): Promise<ReturnType<typeof clientOver>>
  end(): Promise<void>
}

const poolOver = (db: Database): PoolFace => ({
  query: (sql, params) => db.query(sql, bound(params)),
  connect: async () => clientOver(db),
  end: async () => undefined,
})

interface Open {
  readonly tx: Queryable
  /** Ends the transaction; resolves when the database has committed or rolled back. */
  end(how: 'commit' | 'rollback'): Promise<void>
}

function clientOver(db: Database): { query(sql: string, params?: readonly unknown[]): Promise<unknown>; release(): void } {
  let open: Open | undefined
  const end = async (how: 'commit' | 'rollback'): Promise<void> => {
    const ending = open
    open = undefined
    await ending?.end(how)
  }
  return {
    query: async (sql, params) => {
      const word = sql.trim().toUpperCase()
      if (word === 'BEGIN') {
        open = await begin(db)
        return undefined
      }
      if (word === 'COMMIT') return end('commit')
      if (word === 'ROLLBACK') return end('rollback')
      return (open?.tx ?? db).query(sql, bound(params))
    },
    release: () => void end('rollback'),
  }
}

class RolledBack extends Error {}

async function begin(db: Database): Promise<Open> {
  const started = Promise.withResolvers<Queryable>()
  const ended = Promise.withResolvers<void>()
  const whole = db
    .transaction(async (tx) => {
      started.resolve(tx)
      await ended.promise
    })
    .catch((error: unknown) => {
      started.reject(error)
      if (!(error instanceof RolledBack)) throw error
    })
  whole.catch(() => undefined)
  const tx = await started.promise
  return {
    tx,
    end: async (how) => {
      if (how === 'commit') ended.resolve()
      else ended.reject(new RolledBack())
      await whole
    },
  }
}

/** pg makes JSON of objects by itself; the façade wants JSON text. */
function bound(params: readonly unknown[] = []): readonly unknown[] {
  return params.map((value) => (isPlainObject(value) ? JSON.stringify(value) : (value ?? null)))
}

const isPlainObject = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof Date)
