/** The audit log: every call, in a hash chain, so a row changed, removed or inserted later shows. */
import type { Caller } from '../caller.ts'
import type { Queryable } from '../database/database.ts'

export interface AuditEntry {
  readonly call: string
  readonly tool: string
  readonly effect: string
  readonly caller: Caller
  /** "ok" or the fault's code; "approval asked", "approval approved" and the like for decisions. */
  readonly outcome: string
  /** SHA-256 of the canonical input: the arguments can be proved without being kept. */
  readonly digest: string
  readonly detail?: Record<string, unknown>
}

export interface AuditRow extends AuditEntry {
  readonly seq: number
  readonly at: Date
  readonly previous: string
  readonly hash: string
}

export interface Audit {
  /** Appends in the transaction of the effect it records. */
  append(tx: Queryable, entry: AuditEntry): Promise<void>
  /** For reads and refusals: appended in batches, within a second. */
  later(entry: AuditEntry): void
  flush(): Promise<void>
  list(
    workspace: string,
    options?: { readonly since?: Date; readonly actor?: string; readonly limit?: number },
  ): Promise<readonly AuditRow[]>
  /** Walks the whole chain; `broken` is the first row that does not follow from the one before. */
  verify(): Promise<{ readonly rows: number; readonly broken: number | null }>
}
