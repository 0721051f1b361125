/** How the command line reaches the tools: in this process, or in a server that runs already. Both behave the same. */
import type { ToolDescription } from '../tools/description.ts'
import type { Outcome } from '../tools/invocation.ts'
import type { Progress } from '../tools/tool.ts'

export interface ClientCall {
  readonly tool: string
  readonly input: unknown
  /** Cancels the call, a durable run too. */
  readonly signal: AbortSignal
  readonly onProgress?: (progress: Progress) => void
}

/** A call that waits for a person, as the person must see it. */
export interface PendingApproval {
  readonly id: string
  readonly run: string
  readonly tool: string
  readonly input: unknown
  readonly reason: string
  /** By dotted path of the argument; '' is the decision to call. */
  readonly origins: unknown
  readonly askedBy: string
  readonly createdAt: string
}

export interface ToolClient {
  /** A server performs the calls, in whose folder relative paths would start. */
  readonly remote: boolean
  catalogue(): Promise<readonly ToolDescription[]>
  /** Throws `not_found` with the nearest names. */
  tool(name: string): Promise<ToolDescription>
  /** Throws the call's Fault. */
  call(call: ClientCall): Promise<Outcome>
  pending(): Promise<readonly PendingApproval[]>
  approval(id: string): Promise<PendingApproval>
  /** As the person at this terminal. */
  decide(id: string, decision: 'approve' | 'reject'): Promise<void>
  /** Waits for a run's end; throws its fault. */
  follow(run: string, options: Pick<ClientCall, 'signal' | 'onProgress'>): Promise<Outcome>
  /** Where people decide approvals, in words. */
  readonly decideAt: string
}
