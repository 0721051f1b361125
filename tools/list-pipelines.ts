/** The saved pipelines, what they do, and how their newest run ended. */
import { z } from 'zod'
import { lastRuns, listPipelines } from './pipelines/store.ts'
import { defineTool } from './tool.ts'

export const listPipelinesTool = defineTool({
  name: 'list_pipelines',
  title: 'List pipelines',
  description:
    'Lists the saved pipelines with their parameters, their steps and the state of their newest run. Use it to find the name that run_pipeline wants.',
  input: z.strictObject({}),
  output: z.object({
    pipelines: z
      .array(
        z.object({
          pipeline: z.string().describe('Name.'),
          version: z.int().describe('Newest version.'),
          params: z.record(z.string(), z.json()).describe('Parameters and their defaults; null must be given.'),
          steps: z
            .array(z.object({ id: z.string().describe('Step.'), tool: z.string().describe('Tool it calls.') }))
            .describe('Steps as they were saved.'),
          run: z.string().nullable().describe('Newest run.'),
          state: z.string().nullable().describe('State of the newest run.'),
          saved_at: z.string().describe('When this version was saved, ISO 8601.'),
        }),
      )
      .describe('By name.'),
  }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'Which pipelines do we have?', input: {} }],
  run: async (_, { db, caller }) => {
    const [saved, runs] = await Promise.all([listPipelines(db, caller.workspace), lastRuns(db, caller.workspace)])
    const pipelines = saved.map(({ pipeline: { name, params, steps }, version, createdAt }) => {
      const last = runs.find(({ pipeline }) => pipeline === name)
      return {
        pipeline: name,
        version,
        params,
        steps: steps.map(({ id, tool }) => ({ id, tool })),
        run: last?.run ?? null,
        state: last?.state ?? null,
        saved_at: createdAt.toISOString(),
      }
    })
    const names = pipelines.map(({ pipeline, state }) => (state === null ? pipeline : `${pipeline} (${state})`)).join(', ')
    return {
      content: pipelines.length === 0 ? 'No pipeline has been saved yet.' : `${pipelines.length} saved: ${names}.`,
      data: { pipelines },
    }
  },
})
