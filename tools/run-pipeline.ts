/** Runs a saved pipeline: as strong as its strongest step, and resumed where it stopped when the process dies. */
import { z } from 'zod'
import { paramsOf, runSteps } from './pipelines/run.ts'
import { pipelineName, pipelineSchema } from './pipelines/spec.ts'
import { stepsSchema } from './pipelines/step-schema.ts'
import { findPipeline, stepStates } from './pipelines/store.ts'
import { strongestEffect } from './pipelines/strength.ts'
import { defineTool } from './tool.ts'

/** Data of a step that is longer than this stays in its own run. */
const longest = 4000

export const runPipelineTool = defineTool({
  name: 'run_pipeline',
  title: 'Run a pipeline',
  description:
    'Runs a saved pipeline from its first step to its last, with parameters where it has some. Steps that worked on the same files and datasets before are taken from the cache. Use pipeline_status to see how far it is and list_pipelines to find its name; what it may do to live models is decided by its strongest step.',
  input: z.strictObject({
    pipeline: pipelineName,
    version: z.int().min(1).optional().describe('Version to run; the newest when absent.'),
    params: pipelineSchema.shape.params.describe('Values for its parameters; those not given have their defaults.'),
    fresh: z.boolean().default(false).describe('Run every step again, whatever the cache holds.'),
  }),
  output: z.object({
    run: z.string().describe('Id of this run.'),
    pipeline: z.string().describe('Name of the pipeline.'),
    version: z.int().describe('Version that ran.'),
    steps: stepsSchema,
    outputs: z.record(z.string(), z.unknown()).describe('What each step gave, by step; long results are left out.'),
  }),
  effect: 'create',
  effectOf: async ({ pipeline: name, version, params }, context) => {
    const { pipeline } = await findPipeline(context.db, context.caller.workspace, { name, version })
    return strongestEffect(pipeline, paramsOf(pipeline, params), context)
  },
  role: 'builder',
  durable: true,
  untrusted: true,
  minted: ['run', 'pipeline', 'version'],
  examples: [{ says: 'Run the nightly pipeline', input: { pipeline: 'nightly' } }],
  run: async (input, context) => {
    const [asOf = context.call] = context.call.split('.')
    const found = await findPipeline(context.db, context.caller.workspace, { name: input.pipeline, version: input.version, asOf })
    const params = paramsOf(found.pipeline, input.params)
    const outputs = await runSteps({ ...found, params, fresh: input.fresh }, context)
    return context.commit(async (tx) => {
      const steps = await stepStates(tx, context.call)
      const cached = steps.filter((step) => step.cached).length
      const words = `Pipeline ${input.pipeline} version ${found.version} ran ${steps.length} steps${cached > 0 ? `, ${cached} of them from the cache` : ''}.`
      const short = [...outputs].filter(([, data]) => JSON.stringify(data).length <= longest)
      const data = {
        run: context.call,
        pipeline: input.pipeline,
        version: found.version,
        steps: [...steps],
        outputs: Object.fromEntries(short),
      }
      return { content: words, data }
    })
  },
})
