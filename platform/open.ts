/** Opens the ground in the order things depend on each other, and closes it in reverse. */
import { createApprovals } from './approvals/ledger.ts'
import { createAudit } from './audit/chain.ts'
import type { Blobs } from './blobs.ts'
import type { Database } from './database/database.ts'
import { createEgress } from './egress/client.ts'
import type { Egress } from './egress/egress.ts'
import { readHostList } from './egress/host-list.ts'
import { createEvents } from './events.ts'
import { openHalts } from './halts/switchboard.ts'
import { newId } from './id.ts'
import { createIdentity } from './identity/tokens.ts'
import type { Log, Platform } from './platform.ts'
import { createRuns } from './runs/queue.ts'
import { createTaints } from './taints/taints.ts'
import { createTelemetry } from './telemetry/tracing.ts'

export interface PlatformOptions {
  readonly db: Database
  readonly blobs: Blobs
  readonly log: Log
  readonly auth: 'local' | 'token'
  readonly allowedRoots: readonly string[]
  readonly closedPaths?: readonly string[]
  readonly otlpEndpoint?: string | undefined
  /** The operator's list of hosts: host, host:port, *.suffix. */
  readonly egressAllow?: readonly string[]
  /** For tests: another way out. */
  readonly egress?: Egress
  readonly now?: () => Date
}

export interface OpenPlatform extends Platform {
  /** Stops work, writes what is buffered, closes the database. */
  close(): Promise<void>
}

/** The database has been migrated already. */
export async function openPlatform({
  db,
  blobs,
  log,
  auth,
  allowedRoots,
  closedPaths = [],
  otlpEndpoint,
  egressAllow = [],
  egress,
  now = () => new Date(),
}: PlatformOptions): Promise<OpenPlatform> {
  const events = createEvents()
  const audit = createAudit({ db, now, log })
  const telemetry = createTelemetry({ db, log, now, ...(otlpEndpoint === undefined ? {} : { otlpEndpoint }) })
  const listedHosts = readHostList(egressAllow)
  const own = createEgress({ allow: listedHosts, log, telemetry })
  const runs = createRuns({ db, events, log, now, owner: newId('worker') })
  const halts = await openHalts({ db, events, log, now })
  const approvals = createApprovals({ db, runs, halts, events, audit, now })
  const identity = createIdentity({ db, mode: auth, now, newId })
  return {
    db,
    blobs,
    runs,
    approvals,
    halts,
    taints: createTaints({ db, now }),
    audit,
    identity,
    events,
    telemetry,
    egress: { stream: own.stream, request: (egress ?? own).request },
    listedHosts,
    log,
    now,
    newId,
    allowedRoots,
    closedPaths,
    close: async () => {
      await runs.stop()
      await halts.close()
      own.close()
      await audit.flush()
      await telemetry.close()
      await db.close()
    },
  }
}
