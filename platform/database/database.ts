/** The face of the database: the same few calls whether Postgres runs embedded or as a server. */

export type Row = Record<string, unknown>

export interface Rows<R> {
  readonly rows: R[]
  /** Rows returned, or rows written by a statement that returns none. */
  readonly rowCount: number
}

export interface Queryable {
  /** One statement; values only as $1, $2, …. Objects meant as JSON are passed as JSON text, vectors as '[1,2]'. */
  query<R = Row>(sql: string, params?: readonly unknown[]): Promise<Rows<R>>
}

export interface Database extends Queryable {
  readonly kind: 'embedded' | 'server'
  /** True when every statement and transaction of this process takes turns in one session. */
  readonly oneSession: boolean
  /**
   * Commits when `work` resolves, rolls back when it throws. Inside, use only the `tx` handed in:
   * the embedded database is one session, and asking `db` there is an error rather than a deadlock.
   */
  transaction<T>(work: (tx: Queryable) => Promise<T>): Promise<T>
  /** The same database for bulk work: its statements let interactive ones overtake them. */
  readonly background: Database
  close(): Promise<void>
}
