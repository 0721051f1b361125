/** A person's yes to one exact call: bound to its arguments, used once, given only on a human surface. */
import type { Caller } from '../caller.ts'
import type { Queryable } from '../database/database.ts'

export type ApprovalState = 'pending' | 'approved' | 'rejected' | 'used' | 'expired'

export interface Approval {
  readonly id: string
  readonly workspace: string
  /** The run that waits for it. */
  readonly run: string
  readonly tool: string
  readonly input: unknown
  /** SHA-256 over tool + canonical input; `invoke` checks it again before the call runs. */
  readonly digest: string
  /** Where each argument came from: {path: {trust, source}}. */
  readonly origins: unknown
  /** Why the policy asks, one sentence. */
  readonly reason: string
  readonly askedBy: Caller
  readonly state: ApprovalState
  readonly decidedBy: Caller | null
  readonly createdAt: Date
  readonly expiresAt: Date
}

export interface Approvals {
  ask(tx: Queryable, approval: Pick<Approval, 'id' | 'run' | 'tool' | 'input' | 'digest' | 'origins' | 'reason' | 'askedBy'>): Promise<void>
  get(id: string, workspace: string): Promise<Approval>
  list(workspace: string, options?: { readonly state?: ApprovalState; readonly limit?: number }): Promise<readonly Approval[]>
  /**
   * Only a `person` on `browser` or `terminal`, in the same workspace, whose role may call the tool (`mayCall`).
   * Approve releases the waiting run, reject fails it with `not_allowed`; both in one transaction, once.
   */
  decide(request: {
    readonly id: string
    readonly decision: 'approve' | 'reject'
    readonly caller: Caller
    readonly mayCall: (tool: string, caller: Caller) => boolean
  }): Promise<Approval>
  /** approved -> used; throws `not_allowed` when it is not approved, was used, has expired or the digest differs. */
  use(tx: Queryable, request: { readonly id: string; readonly digest: string }): Promise<void>
}
