/** The ground as one value: made once by main, handed to the rooms above. */
import type { Approvals } from './approvals/approvals.ts'
import type { Audit } from './audit/audit.ts'
import type { Blobs } from './blobs.ts'
import type { Database } from './database/database.ts'
import type { StreamingEgress } from './egress/egress.ts'
import type { HostList } from './egress/host-list.ts'
import type { Events } from './events.ts'
import type { Halts } from './halts/halts.ts'
import type { Identity } from './identity/identity.ts'
import type { Runs } from './runs/runs.ts'
import type { Taints } from './taints/taints.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** Structured log, without secrets or personal data. */
export interface Log {
  info(fields: Record<string, unknown>, message: string): void
  warn(fields: Record<string, unknown>, message: string): void
  error(fields: Record<string, unknown>, message: string): void
}

export interface Platform {
  readonly db: Database
  readonly blobs: Blobs
  readonly runs: Runs
  readonly approvals: Approvals
  /** Where agents are stopped. */
  readonly halts: Halts
  /** What agents outside the chat have read. */
  readonly taints: Taints
  readonly audit: Audit
  readonly identity: Identity
  readonly events: Events
  readonly telemetry: Telemetry
  /** The one way out. */
  readonly egress: StreamingEgress
  /** Hosts the operator listed: an agent may send to them unasked, a caller may reach them though they are private. */
  readonly listedHosts: HostList
  readonly log: Log
  readonly now: () => Date
  readonly newId: (prefix: string) => string
  /** Folders from which tools may read files named by a caller. Absolute. */
  readonly allowedRoots: readonly string[]
  /** What tools may not read although it lies there: our own state. Absolute. */
  readonly closedPaths: readonly string[]
}
