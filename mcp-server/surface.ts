/** What the protocol's handlers are given for one request: whom they serve, with which tools, and where people decide. */
import type { Caller } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import type { Changes } from './changes.ts'
import type { Profile } from './profile.ts'

export interface Surface {
  readonly waist: Waist
  readonly caller: Caller
  readonly approvals: ApprovalPlace
  readonly changes: Changes
  /** Absent: our own tools, resources and prompts only. */
  readonly profile?: Profile | undefined
}

/** Where a person decides what an agent asked for. */
export interface ApprovalPlace {
  /** For the sentence of a call that waits: "http://127.0.0.1:7788/#/approvals", or how to get there. */
  words(): string
  /** The page of one approval; absent where there is no page to open. */
  readonly page?: (approval: string) => string
}
