/** What the database says at rest, after the last stop: each promise kept once, nothing half done, the audit chain whole. */
import { join } from 'node:path'
import { createAudit } from '../../platform/audit/chain.ts'
import { openBlobFolder } from '../../platform/blobs.ts'
import type { Database } from '../../platform/database/database.ts'
import { openEmbedded } from '../../platform/database/embedded.ts'
import { openServer } from '../../platform/database/server.ts'
import { createLog } from '../../platform/telemetry/log.ts'
import type { Acknowledged } from './clients.ts'

export interface Findings {
  /** Acknowledged, and not there. */
  readonly lost: readonly string[]
  /** There more than once. */
  readonly doubled: readonly string[]
  /** Runs that have not ended. */
  readonly unfinished: readonly string[]
  /** Runs that ended otherwise than in success. */
  readonly failed: readonly string[]
  readonly runs: number
  readonly redelivered: number
  readonly audit: { readonly rows: number; readonly broken: number | null }
}

export interface Place {
  /** Where the server kept its data folder. */
  readonly folder: string
  /** The Postgres it used, if not the embedded database in that folder. */
  readonly database?: string | undefined
}

export async function inspect({ folder, database }: Place, acknowledged: readonly Acknowledged[]): Promise<Findings> {
  const db: Database =
    database === undefined ? await openEmbedded({ folder: join(folder, 'home', 'database') }) : await openServer(database)
  try {
    const blobs = await openBlobFolder(join(folder, 'home', 'blobs'))
    const lost: string[] = []
    for (const one of acknowledged) {
      const found = one.kind === 'dataset' ? await datasetIsThere(db, one, (blob) => blobs.has(blob)) : await runIsThere(db, one.run)
      if (!found) lost.push(one.kind === 'dataset' ? `dataset ${one.name}` : `run ${one.run} of ${one.tool}`)
    }
    const open = await column(
      db,
      "select id || ' of ' || tool || ' is ' || state as text from runs where state in ('queued', 'running', 'waiting')",
    )
    const failed = await column(
      db,
      "select id || ' of ' || tool || ': ' || coalesce(error ->> 'message', '') as text from runs where state in ('failed', 'cancelled')",
    )
    const audit = createAudit({ db, now: () => new Date(), log: createLog({ level: 'error' }) })
    return {
      lost,
      failed,
      unfinished: open,
      doubled: await doubledEffects(db),
      runs: await count(db, 'select count(*)::int as n from runs'),
      redelivered: await count(db, 'select count(*)::int as n from runs where attempt > 1'),
      audit: await audit.verify(),
    }
  } finally {
    await db.close()
  }
}

async function datasetIsThere(
  db: Database,
  { name, rows, version }: { readonly name: string; readonly rows: number; readonly version: number },
  hasBlob: (blob: string) => Promise<boolean>,
): Promise<boolean> {
  const found = await db.query<{ blob: string; rows: number }>('select blob, rows from datasets where name = $1 and version = $2', [
    name,
    version,
  ])
  const [dataset] = found.rows
  return dataset !== undefined && Number(dataset.rows) === rows && (await hasBlob(dataset.blob))
}

async function runIsThere(db: Database, id: string): Promise<boolean> {
  return (await db.query('select 1 from runs where id = $1', [id])).rowCount === 1
}

/** Each file was sent under one key, so a second version, run, training or audited success of it is an effect done twice. */
async function doubledEffects(db: Database): Promise<readonly string[]> {
  return [
    ...(await column(db, "select 'dataset ' || name as text from datasets where name like 'soak_%' group by name having count(*) > 1")),
    ...(await column(
      db,
      "select 'runs ingesting ' || (input ->> 'name') as text from runs where tool = 'ingest_data' and input ->> 'name' like 'soak_%' group by input ->> 'name' having count(*) > 1",
    )),
    ...(await column(
      db,
      "select 'success of ' || call as text from audit where outcome = 'ok' and call in (select id from runs) group by call having count(*) > 1",
    )),
    ...(await column(db, "select 'key ' || key as text from idempotency group by key having count(*) > 1")),
    ...(await doubledTrainings(db)),
  ]
}

/** One training row for each training run that succeeded. */
async function doubledTrainings(db: Database): Promise<readonly string[]> {
  return column(
    db,
    `select 'training of ' || runs.id as text from runs left join trainings on trainings.run = runs.id
     where runs.tool = 'train_model' and runs.state = 'succeeded' group by runs.id having count(trainings.run) <> 1`,
  )
}

async function column(db: Database, sql: string): Promise<readonly string[]> {
  return (await db.query<{ text: string }>(sql)).rows.map(({ text }) => text)
}

async function count(db: Database, sql: string): Promise<number> {
  return (await db.query<{ n: number }>(sql)).rows[0]?.n ?? 0
}
