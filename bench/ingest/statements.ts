/** How long single statements hold the database: an ingestion through a façade that times every one of them. */

import { percentile } from '../../evals/ranking.ts'
import type { Database, Queryable } from '../../platform/database/database.ts'
import { subwordEmbedder } from '../../rag/embedding/subword.ts'
import { ingest } from '../../rag/ingestion/ingest.ts'
import type { Ground } from '../ground.ts'
import { rounded } from '../latency.ts'

interface Timed {
  readonly sql: string
  readonly ms: number
}

const never = new AbortController().signal

export async function timeStatements(
  { millrace }: Ground,
  path: string,
): Promise<{ readonly count: number; readonly p99_ms: number; readonly max_ms: number; readonly longest: readonly string[] }> {
  const statements: Timed[] = []
  const db = timed(millrace.platform.db, statements)
  await ingest(
    {
      db,
      embedder: subwordEmbedder,
      signal: never,
      ingestion: 'bench',
      progress: () => undefined,
      step: (_, effect) => db.background.transaction(effect),
    },
    { path, collection: 'statements', workspace: 'default' },
  )
  const longest = statements.toSorted((left, right) => right.ms - left.ms)
  return {
    count: statements.length,
    p99_ms: rounded(
      percentile(
        statements.map(({ ms }) => ms),
        0.99,
      ),
    ),
    max_ms: rounded(longest[0]?.ms ?? 0),
    longest: longest.slice(0, 5).map(({ sql, ms }) => `${rounded(ms)} ms: ${sql.replaceAll(/\s+/g, ' ').trim().slice(0, 90)}`),
  }
}

/** Nothing else uses the database, so that a statement never waits for its turn. */
function timed(db: Database, statements: Timed[]): Database {
  const watched = (inner: Queryable): Queryable => ({
    query: async <R>(sql: string, params?: readonly unknown[]) => {
      const started = performance.now()
      const rows = await inner.query<R>(sql, params)
      statements.push({ sql, ms: performance.now() - started })
      return rows
    },
  })
  return {
    ...db,
    ...watched(db),
    transaction: (work) => db.transaction((tx) => work(watched(tx))),
    get background() {
      return db.background === db ? this : timed(db.background, statements)
    },
  }
}
