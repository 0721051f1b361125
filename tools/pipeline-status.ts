/** How far a pipeline is: its newest run, step by step. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { pipelineName } from './pipelines/spec.ts'
import { stepsSchema } from './pipelines/step-schema.ts'
import { findPipeline, lastRuns, stepStates } from './pipelines/store.ts'
import { defineTool } from './tool.ts'

export const pipelineStatusTool = defineTool({
  name: 'pipeline_status',
  title: 'Status of a pipeline',
  description:
    'Tells how far the newest run of a pipeline is: the state of each step, how long it took, and which results came from the cache. Use it after run_pipeline or for a scheduled pipeline; list_pipelines names the pipelines.',
  input: z.strictObject({ pipeline: pipelineName }),
  output: z.object({
    pipeline: z.string().describe('Name of the pipeline.'),
    version: z.int().describe('Version of the newest run.'),
    run: z.string().describe('Id of the newest run.'),
    state: z.string().describe('queued, running, waiting, succeeded, failed or cancelled.'),
    started_at: z.string().describe('When it began, ISO 8601.'),
    steps: stepsSchema,
  }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'How did the nightly pipeline go?', input: { pipeline: 'nightly' } }],
  run: async ({ pipeline: name }, { db, caller }) => {
    await findPipeline(db, caller.workspace, { name })
    const [last] = await lastRuns(db, caller.workspace, name)
    if (!last) throw new Fault('not_found', `Pipeline '${name}' has not run yet. Start it with run_pipeline.`)
    const steps = await stepStates(db, last.run)
    const { run, version, state, started_at } = last
    const done = steps.filter((step) => step.state === 'succeeded').length
    const failed = steps.find((step) => step.state === 'failed')
    return {
      content: `Run ${run} of pipeline ${name} (version ${version}) is ${state}: ${done} of ${steps.length} steps are done${failed ? `, ${failed.name} failed` : ''}.`,
      data: { pipeline: name, version, run, state, started_at: started_at.toISOString(), steps: [...steps] },
    }
  },
})
