/** A pipeline as data: steps that call tools, whose inputs may refer to parameters and to what earlier steps gave. */
import { z } from 'zod'

export const pipelineName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,63}$/, "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit")
  .describe('Name of the pipeline.')

const stepId = z
  .string()
  .regex(/^[A-Za-z][\w-]{0,39}$/, "1 to 40 letters, digits, '_' or '-', beginning with a letter")
  .describe('Name of the step, unique in the pipeline.')

export const stepSchema = z.strictObject({
  id: stepId,
  tool: z.string().min(1).max(80).describe('The tool to call.'),
  input: z
    .record(z.string(), z.json())
    .default({})
    .describe(
      `Its input. A text "\${steps.train.run}" stands for the field run of what step train gave, "\${params.dataset}" for a parameter; inside a longer text the value is written into it.`,
    ),
  needs: z.array(stepId).max(50).default([]).describe('Steps that must be done before, beside those the input refers to.'),
  cache: z
    .boolean()
    .optional()
    .describe(
      'Take the result of an earlier run when tool, input, files and dataset versions are the same. Default: yes, where the step works on a file, a dataset or a run and changes nothing.',
    ),
})

export const pipelineSchema = z.strictObject({
  name: pipelineName,
  params: z
    .record(z.string().regex(/^[A-Za-z]\w{0,39}$/), z.json())
    .default({})
    .describe('Parameters and their defaults; null means that every run must give it.'),
  steps: z.array(stepSchema).min(1).max(50).describe('The calls. Their order follows from what they refer to.'),
})

export type PipelineStep = z.output<typeof stepSchema>
export type Pipeline = z.output<typeof pipelineSchema>
export type Params = Pipeline['params']
