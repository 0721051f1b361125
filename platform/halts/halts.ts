/** The kill switch: while a workspace is halted no agent acts in it, and what agents were doing has been stopped. */
import type { Caller } from '../caller.ts'

export interface Halt {
  readonly workspace: string
  /** Who halted it, and why in their words. */
  readonly by: string
  readonly reason: string
  readonly since: Date
}

export interface Halts {
  /** Undefined: agents may act. Answered from memory. */
  current(workspace: string): Halt | undefined
  /**
   * Aborts when the workspace is halted, by this process or by another on the same database (within a second).
   * Already aborted while it is. Every agent's turn and every run that an agent began listens.
   */
  signal(workspace: string): AbortSignal
  /** For people only: throws `not_allowed` for any other kind of caller. */
  halt(caller: Caller, reason: string): Promise<Halt>
  resume(caller: Caller): Promise<void>
}
