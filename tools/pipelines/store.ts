/** Saved pipelines, the runs of them, and how far each run is. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { jsonText } from '../../platform/json-text.ts'
import { nearest } from '../../platform/nearest.ts'
import { type Params, type Pipeline, type PipelineStep, pipelineSchema } from './spec.ts'

export interface SavedPipeline {
  readonly pipeline: Pipeline
  readonly version: number
  readonly createdAt: Date
}

/** The next version of its name. */
export async function savePipeline(
  tx: Queryable,
  pipeline: Pipeline,
  by: { readonly workspace: string; readonly caller: string; readonly now: Date },
): Promise<number> {
  const { rows } = await tx.query<{ version: number }>(
    `insert into pipelines (workspace, name, version, spec, created_by, created_at)
     select $1, $2, coalesce(max(version), 0) + 1, $3::jsonb, $4, $5 from pipelines where workspace = $1 and name = $2
     returning version`,
    [by.workspace, pipeline.name, jsonText(pipeline, 'The pipeline'), by.caller, by.now],
  )
  return rows[0]?.version ?? 0
}

/**
 * One version, or the newest; with `asOf`, the newest that was there when that run was asked for: whoever approved the run
 * approved nothing that was saved afterwards. Throws `not_found`.
 */
export async function findPipeline(
  db: Queryable,
  workspace: string,
  { name, version, asOf }: { readonly name: string; readonly version?: number | undefined; readonly asOf?: string },
): Promise<SavedPipeline> {
  const { rows } = await db.query<{ spec: unknown; version: number; created_at: Date }>(
    `select spec, version, created_at from pipelines
     where workspace = $1 and name = $2 and ($3::integer is null or version = $3)
       and created_at <= coalesce((select created_at from runs where id = $4), 'infinity')
     order by version desc limit 1`,
    [workspace, name, version ?? null, asOf ?? null],
  )
  const [row] = rows
  if (row) return { pipeline: pipelineSchema.parse(row.spec), version: row.version, createdAt: row.created_at }
  throw await noPipeline(db, workspace, version === undefined ? name : `${name}' version '${version}`, name)
}

async function noPipeline(db: Queryable, workspace: string, wanted: string, name: string): Promise<Fault> {
  const { rows } = await db.query<{ name: string }>('select distinct name from pipelines where workspace = $1 order by name limit 200', [
    workspace,
  ])
  const near = nearest(
    name,
    rows.map((row) => row.name),
  )
  return new Fault(
    'not_found',
    `There is no pipeline '${wanted}'. ${near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Save one with save_pipeline.'}`,
  )
}

/** Once a run, however often it is delivered. */
export async function beginRun(
  tx: Queryable,
  run: {
    readonly run: string
    readonly workspace: string
    readonly pipeline: string
    readonly version: number
    readonly params: Params
    readonly steps: readonly PipelineStep[]
    readonly now: Date
  },
): Promise<void> {
  await tx.query(
    `insert into pipeline_runs (run, workspace, pipeline, version, params, created_at)
     values ($1, $2, $3, $4, $5::jsonb, $6) on conflict (run) do nothing`,
    [run.run, run.workspace, run.pipeline, run.version, jsonText(run.params, 'The parameters'), run.now],
  )
  await tx.query(
    `insert into pipeline_steps (run, step, position, tool, state)
     select $1, step, position, tool, 'waiting'
     from unnest($2::text[], $3::text[]) with ordinality as item (step, tool, position)
     on conflict (run, step) do nothing`,
    [run.run, run.steps.map(({ id }) => id), run.steps.map(({ tool }) => tool)],
  )
}

export async function beginStep(db: Queryable, run: string, step: string, now: Date): Promise<void> {
  await db.query("update pipeline_steps set state = 'running', started_at = coalesce(started_at, $3) where run = $1 and step = $2", [
    run,
    step,
    now,
  ])
}

export async function endStep(
  db: Queryable,
  { run, step }: { readonly run: string; readonly step: string },
  end: { readonly state: 'succeeded' | 'failed'; readonly cached: boolean; readonly now: Date },
): Promise<void> {
  await db.query(
    `update pipeline_steps set state = $3, cached = cached or $4, ended_at = $5
     where run = $1 and step = $2 and state <> 'succeeded'`,
    [run, step, end.state, end.cached, end.now],
  )
}

export interface StepState {
  readonly name: string
  readonly tool: string
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed'
  /** Null while it has not ended. */
  readonly seconds: number | null
  readonly cached: boolean
}

/** In the order in which they run. */
export async function stepStates(db: Queryable, run: string): Promise<readonly StepState[]> {
  const { rows } = await db.query<StepState>(
    `select step as name, tool, state, cached, extract(epoch from ended_at - started_at)::double precision as seconds
     from pipeline_steps where run = $1 order by position`,
    [run],
  )
  return rows
}

export interface PipelineRun {
  readonly run: string
  readonly pipeline: string
  readonly version: number
  readonly state: string
  readonly started_at: Date
}

/** The newest run of each pipeline, or of one; the state is the run's, or that of the run it was a step of ("run_1.step"). */
export async function lastRuns(db: Queryable, workspace: string, pipeline?: string): Promise<readonly PipelineRun[]> {
  const { rows } = await db.query<PipelineRun>(
    `select distinct on (pipeline) run, pipeline, version, coalesce(runs.state, 'running') as state, pipeline_runs.created_at as started_at
     from pipeline_runs left join runs on runs.id = split_part(pipeline_runs.run, '.', 1)
     where pipeline_runs.workspace = $1 and ($2::text is null or pipeline = $2)
     order by pipeline, pipeline_runs.created_at desc`,
    [workspace, pipeline ?? null],
  )
  return rows
}

/** The newest version of each pipeline, by name. */
export async function listPipelines(db: Queryable, workspace: string): Promise<readonly SavedPipeline[]> {
  const { rows } = await db.query<{ spec: unknown; version: number; created_at: Date }>(
    'select distinct on (name) spec, version, created_at from pipelines where workspace = $1 order by name, version desc limit 500',
    [workspace],
  )
  return rows.map((row) => ({ pipeline: pipelineSchema.parse(row.spec), version: row.version, createdAt: row.created_at }))
}
