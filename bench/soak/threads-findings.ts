/** What the database says of conversations that were cut: each effect audited as done once, nothing waiting, the chain whole. */
import { join } from 'node:path'
import { createAudit } from '../../platform/audit/chain.ts'
import type { Database } from '../../platform/database/database.ts'
import { openEmbedded } from '../../platform/database/embedded.ts'
import { openServer } from '../../platform/database/server.ts'
import { createLog } from '../../platform/telemetry/log.ts'
import { callOf, type Kind, kinds } from './threads-model.ts'

export interface ThreadFindings {
  /** Calls that succeeded more than once. */
  readonly doubled: readonly string[]
  /** Tools that succeeded in fewer conversations than there were. */
  readonly lost: readonly string[]
  /** Row at which the audit chain breaks. */
  readonly audit: number | null
}

/** `each`: conversations of each kind. */
export async function inspectThreads(
  { folder, database }: { readonly folder: string; readonly database?: string | undefined },
  each: number,
): Promise<ThreadFindings> {
  const db = database === undefined ? await openEmbedded({ folder: join(folder, 'home', 'database') }) : await openServer(database)
  try {
    const found = await Promise.all(kinds.map((kind) => successes(db, kind)))
    const audit = createAudit({ db, now: () => new Date(), log: createLog({ level: 'error' }) })
    return {
      doubled: found.flatMap(({ tool, times }) => times.filter((count) => count > 1).map((count) => `${tool} ${count} times`)),
      lost: found.flatMap(({ tool, times }) => (times.length < each ? [`${each - times.length} of ${tool}`] : [])),
      audit: (await audit.verify()).broken,
    }
  } finally {
    await db.close()
  }
}

/** How often each distinct call of an agent succeeded. */
async function successes(db: Database, kind: Kind): Promise<{ readonly tool: string; readonly times: readonly number[] }> {
  const { tool } = callOf('', kind)
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from audit
     where tool = $1 and outcome = 'ok' and caller ->> 'kind' = 'agent' group by workspace, digest`,
    [tool],
  )
  return { tool, times: rows.map(({ n }) => n) }
}
