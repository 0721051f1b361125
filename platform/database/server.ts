/** A Postgres server (15 or later, with pgvector), through a pool. */
import pg from 'pg'
import { Fault } from '../fault.ts'
import type { Database, Queryable, Rows } from './database.ts'
import { partsOf, SqlError } from './sql-error.ts'
import { insideTransaction, refuseInsideTransaction } from './transaction-scope.ts'

const int8 = 20

/** Throws `unavailable` when the server does not answer; the sentence never holds the password. */
export async function openServer(url: string, options: { readonly connections?: number } = {}): Promise<Database> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(int8, Number)
  const pool = new pg.Pool({ connectionString: url, max: options.connections ?? 10, types, connectionTimeoutMillis: 10_000 })
  // A connection that breaks while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined)
  await pool.query('select 1').catch((error: unknown) => {
    throw new Fault('unavailable', `Postgres at ${withoutPassword(url)} does not answer: ${partsOf(error).message}. Check DATABASE_URL.`)
  })

  const database: Database = {
    kind: 'server',
    oneSession: false,
    query: (sql, params) => {
      refuseInsideTransaction()
      return ask(pool, sql, params)
    },
    transaction: async (work) => {
      refuseInsideTransaction()
      const client = await pool.connect()
      try {
        return await runTransaction(client, work)
      } finally {
        client.release()
      }
    },
    get background() {
      return database
    },
    close: () => pool.end(),
  }
  return database
}

async function runTransaction<T>(client: pg.PoolClient, work: (tx: Queryable) => Promise<T>): Promise<T> {
  await ask(client, 'begin')
  try {
    const result = await insideTransaction(() => work({ query: (sql, params) => ask(client, sql, params) }))
    await ask(client, 'commit')
    return result
  } catch (error) {
    await ask(client, 'rollback')
    throw error
  }
}

async function ask<R>(client: pg.Pool | pg.PoolClient, sql: string, params: readonly unknown[] = []): Promise<Rows<R>> {
  try {
    // The driver answers several statements with an array; the rows of the last are the answer.
    const answer: unknown = params.length > 0 ? await client.query(sql, [...params]) : await client.query(sql)
    const result: { rows?: R[]; rowCount?: number | null } = (Array.isArray(answer) ? answer.at(-1) : answer) ?? {}
    return { rows: result.rows ?? [], rowCount: result.rowCount ?? 0 }
  } catch (error) {
    const { message, code, constraint } = partsOf(error)
    throw new SqlError(message, code, constraint)
  }
}

function withoutPassword(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'the given address'
}
