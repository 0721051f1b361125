/** Runs a pipeline's steps one after the other, each through `invoke`: a step that was done before the process died is not done again. */
import { hasRole } from '../../platform/caller.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import { NeedsPerson } from '../needs-person.ts'
import type { Context, ToolResult } from '../tool.ts'
import { cacheKey, keepResult, recallResult } from './cache.ts'
import { checkPipeline } from './check.ts'
import { type Label, labelOfStep, type Origins, originsOfStep } from './origins.ts'
import { resolveReferences, type Scope } from './references.ts'
import type { Params, Pipeline, PipelineStep } from './spec.ts'
import { beginRun, beginStep, endStep } from './store.ts'
import { catalogueOf } from './strength.ts'

export interface PipelinePlan {
  readonly pipeline: Pipeline
  readonly version: number
  readonly params: Params
  /** Run every step, whatever the cache holds. */
  readonly fresh: boolean
}

/** What each step gave. Throws the fault of the first step that fails, naming it. */
export async function runSteps(
  { pipeline, version, params, fresh }: PipelinePlan,
  context: Context,
): Promise<ReadonlyMap<string, unknown>> {
  const { call: run, caller, now } = context
  const steps = checkPipeline(pipeline, catalogueOf(context))
  requireRoles(steps, context)
  await context.step('begin', (tx) =>
    beginRun(tx, { run, workspace: caller.workspace, pipeline: pipeline.name, version, params, steps, now: now() }),
  )
  const done = new Map<string, unknown>()
  const labels = new Map<string, Label>()
  for (const [index, step] of steps.entries()) {
    context.signal.throwIfAborted()
    context.progress({ fraction: index / steps.length, message: `${step.id} (${index + 1} of ${steps.length})` })
    const origins = originsOfStep(step, labels)
    done.set(step.id, (await runStep(step, { steps: done, params }, { context, fresh, origins })).data)
    labels.set(step.id, labelOfStep(catalogueOf(context).get(step.tool), origins))
  }
  return done
}

/** The parameters of one run: defaults, and what was given. Throws `invalid_input`. */
export function paramsOf({ name, params }: Pipeline, given: Params): Params {
  const unknown = Object.keys(given).filter((key) => !Object.hasOwn(params, key))
  const missing = Object.keys(params).filter((key) => (given[key] ?? params[key]) === null)
  if (unknown.length === 0 && missing.length === 0) return { ...params, ...given }
  const errors = [
    ...unknown.map((key) => ({
      path: `params.${key}`,
      message: `'${key}' is no parameter; there are ${Object.keys(params).join(', ') || 'none'}.`,
    })),
    ...missing.map((key) => ({ path: `params.${key}`, message: `'${key}' has no default and must be given.` })),
  ]
  throw new Fault(
    'invalid_input',
    `Pipeline '${name}' cannot run with these parameters. ${errors.map(({ message }) => message).join(' ')}`,
    { errors },
  )
}

/** Before anything runs: a pipeline that would stop half-way for want of a role does not begin. */
function requireRoles(steps: readonly PipelineStep[], context: Context): void {
  const catalogue = catalogueOf(context)
  for (const { id, tool } of steps) {
    const { role } = catalogue.get(tool)
    if (context.caller.tools?.includes(tool) === false)
      throw new Fault('not_allowed', `Step '${id}' calls ${tool}, which is not among the tools that ${context.caller.name} was given.`)
    if (!hasRole(context.caller, role))
      throw new Fault(
        'not_allowed',
        `Step '${id}' calls ${tool}, which needs the role '${role}'; ${context.caller.name} has '${context.caller.role}'.`,
      )
  }
}

interface StepContext {
  readonly context: Context
  readonly fresh: boolean
  readonly origins: Origins
}

async function runStep(step: PipelineStep, scope: Scope, how: StepContext): Promise<ToolResult<unknown>> {
  const { context } = how
  const { call: run, db, now } = context
  await beginStep(db, run, step.id, now())
  try {
    const { result, cached } = await resultOf(step, resolveReferences(step.input, scope), how)
    await endStep(db, { run, step: step.id }, { state: 'succeeded', cached, now: now() })
    return result
  } catch (error) {
    const fault = asFault(error)
    await endStep(db, { run, step: step.id }, { state: 'failed', cached: false, now: now() })
    if (fault.code === 'cancelled' || fault instanceof NeedsPerson) throw error
    throw new Fault(fault.code, `Step '${step.id}' failed. ${fault.message}`, { errors: fault.errors, cause: fault.cause })
  }
}

async function resultOf(
  step: PipelineStep,
  input: unknown,
  { context, fresh, origins }: StepContext,
): Promise<{ readonly result: ToolResult<unknown>; readonly cached: boolean }> {
  const { call: run, caller, db, now } = context
  const tool = catalogueOf(context).get(step.tool)
  const bound = tool.bind(input)
  const key = await cacheKey(step, { tool, effect: await bound.effect(context), input: bound.input }, context)
  const known = key === undefined || fresh ? undefined : await recallResult(db, caller.workspace, key)
  if (known) return { result: known, cached: true }
  const result = await context.invoke(tool.name, input, { step: step.id, origins })
  if (key !== undefined) await keepResult(db, { workspace: caller.workspace, key, tool: tool.name, run, now: now() }, result)
  return { result, cached: false }
}
