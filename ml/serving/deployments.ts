/** The deployments of a model: every change of its routes is a new revision, and nothing is overwritten. */
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { getModelVersion } from '../registry/registry.ts'
import { type Plan, planDeployment, planTraffic, type Route, type Strategy } from './routes.ts'

export interface Deployment extends Plan {
  readonly model: string
  readonly revision: number
  /** Why it was made, for the history. */
  readonly reason: string
  readonly createdAt: Date
}

interface Change {
  readonly model: string
  /** Id of the call that asks for it. */
  readonly createdBy: string
}

/** The revision in force; undefined where the model was never deployed. */
export async function currentDeployment(db: Queryable, workspace: string, model: string): Promise<Deployment | undefined> {
  return (await deploymentHistory(db, workspace, model, 1))[0]
}

/** Newest revision first. */
export async function deploymentHistory(db: Queryable, workspace: string, model: string, limit = 50): Promise<readonly Deployment[]> {
  const { rows } = await db.query<DeploymentRow>(
    `select model, revision, strategy, routes, reason, created_at from deployments
     where workspace = $1 and model = $2 order by revision desc limit $3`,
    [workspace, model, limit],
  )
  return rows.map(({ created_at, ...row }) => ({ ...row, createdAt: created_at }))
}

/** Puts a version into service. Throws `not_found` for an unknown version, `conflict` where the strategy has nothing to stand beside. */
export async function deploy(
  tx: Queryable,
  workspace: string,
  change: Change & { readonly version: number; readonly strategy: Strategy; readonly percent?: number },
): Promise<Deployment> {
  await lock(tx, workspace, change.model)
  await getModelVersion(tx, workspace, change.model, change.version)
  const current = await currentDeployment(tx, workspace, change.model)
  const plan = planDeployment(current, change)
  return save(tx, workspace, { ...change, plan, reason: `deploy version ${change.version} as ${change.strategy}` })
}

/** Shares traffic anew. Throws `not_found` where nothing is deployed. */
export async function setTraffic(
  tx: Queryable,
  workspace: string,
  change: Change & { readonly percent: number; readonly version?: number },
): Promise<Deployment> {
  await lock(tx, workspace, change.model)
  const current = await requireDeployment(tx, workspace, change.model)
  const plan = planTraffic(current, change)
  return save(tx, workspace, { ...change, plan, reason: `set traffic to ${change.percent} percent` })
}

/**
 * Back to safety: gives all traffic to `version`, or takes out a canary, or returns to the version that was live before.
 * Throws `conflict` where there is nothing to go back to.
 */
export async function rollback(tx: Queryable, workspace: string, change: Change & { readonly version?: number }): Promise<Deployment> {
  await lock(tx, workspace, change.model)
  const current = await requireDeployment(tx, workspace, change.model)
  const target = change.version ?? (await previousVersion(tx, workspace, current))
  await getModelVersion(tx, workspace, change.model, target)
  const plan: Plan = { strategy: 'full', routes: [{ version: target, percent: 100, role: 'live' }] }
  return save(tx, workspace, { ...change, plan, reason: `roll back to version ${target}` })
}

/** Takes a deleted version, or the whole model, out of service. Throws `conflict` when the version is live. */
export async function requireNotServing(tx: Queryable, workspace: string, model: string, version?: number): Promise<void> {
  const current = await currentDeployment(tx, workspace, model)
  const serving = current?.routes.find((route) => version === undefined || route.version === version)
  if (!serving) return
  throw new Fault(
    'conflict',
    `Version ${serving.version} of '${model}' is in service (${serving.role}, ${serving.percent} percent). Deploy another version, or take it down with undeploy: true, before deleting it.`,
  )
}

/** Ends a model's service: the newest revision has no routes. */
export async function undeploy(tx: Queryable, workspace: string, change: Change): Promise<void> {
  await lock(tx, workspace, change.model)
  if (!(await currentDeployment(tx, workspace, change.model))) return
  await save(tx, workspace, { ...change, plan: { strategy: 'full', routes: [] }, reason: 'taken out of service' })
}

/** Throws `not_found` where the model is not in service. */
export async function requireDeployment(db: Queryable, workspace: string, model: string): Promise<Deployment> {
  const current = await currentDeployment(db, workspace, model)
  if (current && current.routes.length > 0) return current
  await getModelVersion(db, workspace, model)
  throw new Fault('not_found', `Model '${model}' is not in service. Deploy a version with deploy_model.`)
}

async function previousVersion(tx: Queryable, workspace: string, current: Deployment): Promise<number> {
  const live = liveVersion(current.routes)
  if (live !== undefined && current.routes.length > 1) return live
  for (const { routes } of await deploymentHistory(tx, workspace, current.model, 1000)) {
    const version = liveVersion(routes)
    if (version !== undefined && version !== live && (await exists(tx, workspace, current.model, version))) return version
  }
  throw new Fault(
    'conflict',
    `Version ${live} of '${current.model}' is the first that was ever live, so there is nothing to roll back to. Pass to_version.`,
  )
}

const liveVersion = (routes: readonly Route[]): number | undefined => routes.find(({ role }) => role === 'live')?.version

async function exists(tx: Queryable, workspace: string, model: string, version: number): Promise<boolean> {
  const { rowCount } = await tx.query('select 1 from model_versions where workspace = $1 and model = $2 and version = $3', [
    workspace,
    model,
    version,
  ])
  return rowCount > 0
}

interface DeploymentRow {
  readonly model: string
  readonly revision: number
  readonly strategy: Strategy
  readonly routes: readonly Route[]
  readonly reason: string
  readonly created_at: Date
}

async function save(
  tx: Queryable,
  workspace: string,
  { model, plan, reason, createdBy }: Change & { readonly plan: Plan; readonly reason: string },
): Promise<Deployment> {
  const { rows } = await tx.query<DeploymentRow>(
    `insert into deployments (workspace, model, revision, strategy, routes, reason, created_by)
     values ($1, $2, (select coalesce(max(revision), 0) + 1 from deployments where workspace = $1 and model = $2), $3, $4, $5, $6)
     returning model, revision, strategy, routes, reason, created_at`,
    [workspace, model, plan.strategy, JSON.stringify(plan.routes), reason, createdBy],
  )
  const [row] = rows
  if (!row) throw new Fault('internal', `The deployment of '${model}' was not stored.`)
  const { created_at, ...rest } = row
  return { ...rest, createdAt: created_at }
}

async function lock(tx: Queryable, workspace: string, model: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`deployment ${workspace} ${model}`])
}
