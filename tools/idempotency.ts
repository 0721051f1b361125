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

/** In the transaction of the effect; a second holder of the key fails on the primary key and its effect rolls back. */
export async function claimKey(tx: Queryable, key: Key, outcome: { readonly run?: string; readonly result?: unknown }): Promise<void> {
  await tx.query(
    `insert into idempotency (workspace, caller, key, tool, digest, run, result)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
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
}
