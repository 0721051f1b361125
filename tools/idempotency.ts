/** The same key twice means the same call twice: the second gets the first one's outcome. */
import type { Queryable } from '../platform/database/database.ts'
import { Fault } from '../platform/fault.ts'

export interface Key {
  readonly workspace: string
  readonly caller: string
  readonly key: string
  readonly tool: string
  /** Digest of tool and parsed input. */
  readonly digest: string
}

export type Replay = { readonly kind: 'result'; readonly result: unknown } | { readonly kind: 'run'; readonly run: string }

/** What the key stands for already. Throws `conflict` when it was used for another call. */
export async function findReplay(db: Queryable, { workspace, caller, key, tool, digest }: Key): Promise<Replay | undefined> {
  const { rows } = await db.query<{ tool: string; digest: string; run: string | null; result: unknown }>(
    'select tool, digest, run, result from idempotency where workspace = $1 and caller = $2 and key = $3',
    [workspace, caller, key],
  )
  const [known] = rows
  if (!known) return undefined
  if (known.digest !== digest) {
    throw new Fault(
      'conflict',
      `Idempotency key '${key}' was used for another call of ${known.tool}. Send a new key for ${tool} with this input.`,
    )
  }
  return known.run === null ? { kind: 'result', result: known.result } : { kind: 'run', run: known.run }
}

/** Another call with the same key got there first; the effect of this one rolls back. */
export class KeyTaken extends Fault {}

/** In the transaction of the effect. Throws KeyTaken. */
export async function claimKey(tx: Queryable, key: Key, outcome: { readonly run?: string; readonly result?: unknown }): Promise<void> {
  const { rowCount } = await tx.query(
    `insert into idempotency (workspace, caller, key, tool, digest, run, result)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb)
     on conflict do nothing
     returning 1`,
    [
      key.workspace,
      key.caller,
      key.key,
      key.tool,
      key.digest,
      outcome.run ?? null,
      outcome.result === undefined ? null : JSON.stringify(outcome.result),
    ],
  )
  if (rowCount === 0) throw new KeyTaken('conflict', `Idempotency key '${key.key}' is in use by another call of ${key.tool}.`)
}
