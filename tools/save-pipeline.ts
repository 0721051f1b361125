/** Saves a graph of tool calls as a pipeline, from a spec or from what a chat has done. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { checkPipeline } from './pipelines/check.ts'
import { fromCalls } from './pipelines/from-calls.ts'
import { type Pipeline, pipelineName, pipelineSchema } from './pipelines/spec.ts'
import { savePipeline } from './pipelines/store.ts'
import { catalogueOf, strongestEffect } from './pipelines/strength.ts'
import { type Context, defineTool, effects } from './tool.ts'

const input = z
  .strictObject({
    name: pipelineName,
    params: pipelineSchema.shape.params,
    steps: pipelineSchema.shape.steps.optional().describe('The calls. Give these or a thread.'),
    thread: z.string().min(1).max(128).optional().describe('Id of a chat: its successful tool calls become the steps.'),
  })
  .describe('A pipeline.')

export const savePipelineTool = defineTool({
  name: 'save_pipeline',
  title: 'Save a pipeline',
  description:
    'Saves a graph of tool calls under a name, so that it can be run again, scheduled and shared. Use it for "save this as a pipeline" (give the thread) or for a spec of steps whose inputs refer to parameters and earlier results. Saving again makes a new version. It runs nothing; run_pipeline does.',
  input,
  output: z.object({
    pipeline: z.string().describe('Its name.'),
    version: z.int().describe('Version, counted from 1.'),
    steps: z
      .array(z.object({ name: z.string().describe('Step.'), tool: z.string().describe('Tool it calls.') }))
      .describe('In the order in which they will run.'),
    effect: z.enum(effects).describe('The strongest effect among its steps, with the default parameters.'),
  }),
  effect: 'create',
  role: 'builder',
  examples: [
    {
      says: 'Save training and registering as the nightly pipeline',
      input: {
        name: 'nightly',
        params: { dataset: 'customers' },
        steps: [
          { id: 'train', tool: 'train_model', input: { dataset: `\${params.dataset}`, target: 'churned', algorithm: 'tree' } },
          { id: 'register', tool: 'register_model', input: { run: `\${steps.train.run}`, name: 'nightly' } },
        ],
      },
    },
  ],
  run: async ({ name, params, steps, thread }, context) => {
    const pipeline: Pipeline = { name, params, steps: steps ?? (await stepsOfChat(thread, context)) }
    const order = checkPipeline(pipeline, catalogueOf(context))
    const effect = await strongestEffect(pipeline, params, context).catch(() => 'egress' as const)
    const { caller, now } = context
    return context.commit(async (tx) => {
      const version = await savePipeline(tx, pipeline, { workspace: caller.workspace, caller: caller.id, now: now() })
      const list = order.map(({ id, tool }) => ({ name: id, tool }))
      const words = `Saved pipeline ${name} version ${version}: ${list.map((step) => step.name).join(' → ')}. Its strongest effect is '${effect}'.`
      return { content: words, data: { pipeline: name, version, steps: list, effect } }
    })
  },
})

async function stepsOfChat(thread: string | undefined, { ports, caller }: Context): Promise<Pipeline['steps']> {
  if (thread === undefined)
    throw new Fault('invalid_input', 'save_pipeline wants steps, or the thread of a chat whose calls become the steps.')
  if (!ports.chats) throw new Fault('unavailable', 'This process has no chats to save from. Give the steps.')
  return fromCalls(await ports.chats.calls(thread, caller), thread)
}
