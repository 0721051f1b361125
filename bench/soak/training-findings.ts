/** What the database says of trainings at rest: each run's model and metrics, and whether anything half done was left. */
import { join } from 'node:path'
import type { Database } from '../../platform/database/database.ts'
import { openEmbedded } from '../../platform/database/embedded.ts'
import { openServer } from '../../platform/database/server.ts'
import type { Place } from './findings.ts'

/** One training as it ended. */
export interface Ended {
  readonly run: string
  readonly state: string
  readonly error: string
  /** Deliveries of the run. */
  readonly attempts: number
  /** Digest of the model's bytes. */
  readonly model: string
  /** Of the training and of its trials, as JSON. */
  readonly metrics: string
  readonly curve: string
}

export interface TrainingFindings {
  readonly ended: ReadonlyMap<string, Ended>
  /** Checkpoints of runs that have ended. */
  readonly left: number
}

export async function inspectTrainings({ folder, database }: Place): Promise<TrainingFindings> {
  const db: Database =
    database === undefined ? await openEmbedded({ folder: join(folder, 'home', 'database') }) : await openServer(database)
  try {
    const { rows } = await db.query<Ended>(
      `select r.id as run, r.state, coalesce(r.error ->> 'message', '') as error, r.attempt as attempts, coalesce(t.model_blob, '') as model,
              coalesce(t.curve::text, '') as curve,
              t.metrics::text || coalesce((select jsonb_agg(jsonb_build_array(state, params, metrics) order by created_at, run)::text
                                           from trainings where parent = r.id), '') as metrics
       from runs r left join trainings t on t.run = r.id
       where r.tool in ('train_model', 'tune_model')`,
    )
    const left = await db.query<{ n: number }>(
      "select count(*)::int as n from training_checkpoints c join runs r on r.id = c.run where r.state in ('succeeded', 'failed', 'cancelled')",
    )
    return { ended: new Map(rows.map((row) => [row.run, row])), left: left.rows[0]?.n ?? 0 }
  } finally {
    await db.close()
  }
}
