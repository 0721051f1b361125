/** Lets a pipeline run by the clock: exactly the version there is now, with these parameters, as an automation of this workspace. */
import { z } from 'zod'
import { isAgent } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import { paramsOf } from './pipelines/run.ts'
import { pipelineName, pipelineSchema } from './pipelines/spec.ts'
import { findPipeline } from './pipelines/store.ts'
import { strongestEffect } from './pipelines/strength.ts'
import { type Context, defineTool, effects } from './tool.ts'

export const schedulePipelineTool = defineTool({
  name: 'schedule_pipeline',
  title: 'Schedule a pipeline',
  description:
    'Runs a saved pipeline by the clock, at the times of a cron line. The version that is the newest now is the one that runs; schedule again after saving a new one. Give cron "off" to end a schedule. Steps that delete or send something out still ask a person each time.',
  input: z.strictObject({
    pipeline: pipelineName,
    cron: z
      .string()
      .min(3)
      .max(120)
      .describe('Five fields: minute, hour, day of month, month, day of week; "0 6 * * 1" is Mondays at six. "off" ends the schedule.'),
    timezone: z.string().min(1).max(64).default('UTC').describe('IANA time zone of the cron line, for example Europe/Berlin.'),
    params: pipelineSchema.shape.params.describe('Values for its parameters; those not given have their defaults.'),
  }),
  output: z.object({
    pipeline: z.string().describe('Name of the pipeline.'),
    version: z.int().describe('Version that runs.'),
    cron: z.string().describe('Cron line, or off.'),
    timezone: z.string().describe('Time zone.'),
    effect: z.enum(effects).describe('The strongest effect among its steps.'),
  }),
  effect: 'change',
  role: 'operator',
  examples: [{ says: 'Run it every Monday at six', input: { pipeline: 'nightly', cron: '0 6 * * 1' } }],
  run: async ({ pipeline: name, cron, timezone, params }, context) => {
    const { caller, db } = context
    const { pipeline, version } = await findPipeline(db, caller.workspace, { name })
    const effect = await strongestEffect(pipeline, paramsOf(pipeline, params), context)
    const schedules = schedulesOf(context)
    return context.commit(async (tx) => {
      const { workspace, role, tools } = caller
      const rights = { workspace, role, ...(tools ? { tools } : {}), ...(isAgent(caller) ? { actsFor: 'agent' as const } : {}) }
      const data = { pipeline: name, version, cron, timezone, effect }
      if (cron === 'off') {
        await schedules.remove(tx, name, workspace)
        return { content: `Pipeline ${name} runs by the clock no more.`, data }
      }
      await schedules.set(tx, { name, cron, timezone, tool: 'run_pipeline', input: { pipeline: name, version, params }, ...rights })
      return { content: `Pipeline ${name} version ${version} runs at '${cron}' (${timezone}); its strongest effect is '${effect}'.`, data }
    })
  },
})

function schedulesOf({ ports }: Context): NonNullable<Context['ports']['schedules']> {
  if (ports.schedules) return ports.schedules
  throw new Fault('unavailable', 'This process keeps no schedules. Ask the server.')
}
