/**
 * The hash chain of the audit log. Each row's hash covers its content and the hash before it:
 *   hash(n) = sha256(hash(n-1) + canonical JSON of row n),   hash(0) = 64 zeros
 * so a row changed, removed or inserted later breaks every link after it. Appends are serial: one writer at a time.
 */
import { createHash } from 'node:crypto'
import type { Caller } from '../caller.ts'
import { canonicalJson } from '../canonical.ts'
import type { Database, Queryable } from '../database/database.ts'
import { outsideTransaction } from '../database/transaction-scope.ts'
import { repairedJsonText } from '../json-text.ts'
import type { Log } from '../platform.ts'
import type { Audit, AuditEntry, AuditRow } from './audit.ts'

export interface AuditOptions {
  readonly db: Database
  readonly now: () => Date
  readonly log: Log
}

type Link = Pick<AuditRow, 'seq' | 'hash'>
type Sealed = AuditRow & { readonly detail: Record<string, unknown> }

interface StoredRow {
  readonly seq: number | bigint
  readonly at: Date
  readonly call: string
  readonly tool: string
  readonly effect: string
  readonly caller: Caller
  readonly outcome: string
  readonly digest: string
  readonly detail: Record<string, unknown>
  readonly previous: string
  readonly hash: string
}

const genesis: Link = { seq: 0, hash: '0'.repeat(64) }
const columns = 'seq, at, call, tool, effect, caller, outcome, digest, detail, previous, hash'
const batch = 200
const batchMs = 500
/** When the database is away for long, the oldest reads are given up rather than the memory. */
const mostWaiting = 20_000

export function createAudit({ db, now, log }: AuditOptions): Audit {
  const waiting: { readonly at: Date; readonly entry: AuditEntry }[] = []
  let timer: NodeJS.Timeout | undefined
  let flushing: Promise<void> = Promise.resolve()

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const some = waiting.splice(0, batch)
      try {
        await db.transaction((tx) => write(db, tx, some))
      } catch (error) {
        waiting.unshift(...some)
        throw error
      }
    }
  }
  const flush = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    flushing = flushing.catch(() => undefined).then(writeWaiting)
    return flushing
  }
  const flushLater = (): void => {
    timer ??= outsideTransaction(() =>
      setTimeout(() => {
        flush().catch((error: unknown) => {
          log.error({ error, waiting: waiting.length }, 'The audit log cannot be written; it is tried again.')
          if (waiting.length > 0) flushLater()
        })
      }, batchMs).unref(),
    )
  }

  return {
    append: (tx, entry) => write(db, tx, [{ at: now(), entry }]),
    later: (entry) => {
      waiting.push({ at: now(), entry })
      if (waiting.length > mostWaiting) {
        waiting.shift()
        log.error({ tool: entry.tool }, 'The audit log has fallen behind and lost an entry.')
      }
      flushLater()
    },
    flush,
    list: async (workspace, { since, actor, limit = 100 } = {}) => {
      const { rows } = await db.query<StoredRow>(
        `select ${columns} from audit
         where workspace = $1
           and ($2::timestamptz is null or at >= $2)
           and ($3::text is null or caller ->> 'id' = $3 or caller ->> 'name' = $3)
         order by seq desc limit $4`,
        [workspace, since ?? null, actor ?? null, limit],
      )
      return rows.map(rowOf)
    },
    verify: () => verify(db.background),
  }
}

async function write(db: Database, tx: Queryable, entries: readonly { readonly at: Date; readonly entry: AuditEntry }[]): Promise<void> {
  // Its own statement: the next one must see what the holder before us committed. The embedded session is serial as it is.
  if (db.kind === 'server') await tx.query("select pg_advisory_xact_lock(hashtextextended('millrace.audit', 0))")
  const { rows } = await tx.query<{ seq: number | bigint; hash: string }>('select seq, hash from audit order by seq desc limit 1')
  const [last] = rows
  let link: Link = last ? { seq: Number(last.seq), hash: last.hash } : genesis
  const sealed: Sealed[] = []
  for (const { at, entry } of entries) {
    const row = seal(link, at, entry)
    sealed.push(row)
    link = row
  }
  await insert(tx, sealed)
}

function seal(last: Link, at: Date, entry: AuditEntry): Sealed {
  const { call, tool, effect, caller, outcome, digest } = entry
  // The hash covers what can be read back, so the detail is sealed as it will be stored.
  const detail: Record<string, unknown> = JSON.parse(repairedJsonText(entry.detail ?? {}))
  const row = { seq: last.seq + 1, at, call, tool, effect, caller, outcome, digest, detail }
  return { ...row, previous: last.hash, hash: hashOf(last.hash, row) }
}

function hashOf(previous: string, row: Omit<AuditRow, 'previous' | 'hash'>): string {
  const { seq, at, call, tool, effect, caller, outcome, digest, detail } = row
  const content = canonicalJson({ seq, at: at.toISOString(), call, tool, effect, caller, outcome, digest, detail })
  return createHash('sha256').update(previous).update(content).digest('hex')
}

async function insert(tx: Queryable, rows: readonly Sealed[]): Promise<void> {
  const json = rows.map(({ caller, ...row }) => ({ ...row, caller, workspace: caller.workspace }))
  await tx.query(
    `insert into audit (seq, at, workspace, call, tool, effect, caller, outcome, digest, detail, previous, hash)
     select seq, at, workspace, call, tool, effect, caller, outcome, digest, detail, previous, hash
     from jsonb_to_recordset($1::jsonb) as row (
       seq bigint, at timestamptz, workspace text, call text, tool text, effect text, caller jsonb,
       outcome text, digest text, detail jsonb, previous text, hash text)`,
    [JSON.stringify(json)],
  )
}

function rowOf({ seq, at, call, tool, effect, caller, outcome, digest, detail, previous, hash }: StoredRow): Sealed {
  return { seq: Number(seq), at, call, tool, effect, caller, outcome, digest, detail, previous, hash }
}

async function verify(db: Database): Promise<{ rows: number; broken: number | null }> {
  let link: Link = genesis
  for (let rows = 0; ; ) {
    const page = await db.query<StoredRow & { workspace: string }>(
      `select ${columns}, workspace from audit where seq > $1 order by seq limit ${batch}`,
      [link.seq],
    )
    if (page.rows.length === 0) return { rows, broken: null }
    for (const stored of page.rows) {
      const row = rowOf(stored)
      rows++
      const follows = row.seq === link.seq + 1 && row.previous === link.hash && stored.workspace === row.caller.workspace
      if (!follows || row.hash !== hashOf(link.hash, row)) return { rows, broken: row.seq }
      link = row
    }
  }
}
