/** How far the steps of a run are, in the results of tools. */
import { z } from 'zod'

export const stepsSchema = z
  .array(
    z.object({
      name: z.string().describe('Step.'),
      tool: z.string().describe('Tool it calls.'),
      state: z.enum(['waiting', 'running', 'succeeded', 'failed']).describe('How far it is.'),
      seconds: z.number().nullable().describe('Seconds it took; null while it has not ended.'),
      cached: z.boolean().describe('Its result was taken from an earlier run.'),
    }),
  )
  .describe('The steps in the order in which they run.')
