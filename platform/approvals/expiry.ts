/** Approvals nobody decided in time: they expire, and the runs that waited for them end. */
import type { Queryable } from '../database/database.ts'

export interface Expired {
  readonly id: string
  readonly workspace: string
  readonly run: string
  readonly tool: string
}

/** pending -> expired. The caller ends the runs in the same transaction. */
export async function expireApprovals(tx: Queryable, now: Date): Promise<readonly Expired[]> {
  const { rows } = await tx.query<Expired>(
    `update approvals set state = 'expired', decided_at = $1 where state = 'pending' and expires_at <= $1
     returning id, workspace, run, tool`,
    [now],
  )
  return rows
}

/** Cheap to ask often. */
export async function anyApprovalDue(db: Queryable, now: Date): Promise<boolean> {
  const { rowCount } = await db.query("select 1 from approvals where state = 'pending' and expires_at <= $1 limit 1", [now])
  return rowCount > 0
}

export const expirySentence = (id: string): string =>
  `Nobody decided approval ${id} in time, so the call did not run. Ask again if it is still wanted.`
