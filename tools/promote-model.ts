/** Moves a model version to a stage. */
import { z } from 'zod'
import { promote, setAlias } from '../ml/registry/registry.ts'
import { list } from './dataset-schema.ts'
import { modelName, stageSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const promoteModelTool = defineTool({
  name: 'promote_model',
  title: 'Promote a model',
  description:
    'Moves a version of a model to the stage staging, production or archived. One version is in production at a time: the one that was there before is archived. Predictions without a deployment come from the production version. It does not shift deployed traffic: use deploy_model or set_traffic for that.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber,
    stage: z.enum(['staging', 'production', 'archived']).describe('The stage to move to.'),
    alias: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Another name to give this version, for example champion; taken from the version that has it.'),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    stage: stageSchema,
    aliases: list(z.string()).describe('Other names of this version.'),
    archived: versionNumber.optional().describe('The version that left production for it.'),
  }),
  effect: 'change',
  role: 'operator',
  examples: [{ says: 'Promote churn version 1 to production', input: { model: 'churn', version: 1, stage: 'production' } }],
  run: ({ model, version, stage, alias }, { caller, commit }) =>
    commit(async (tx) => {
      if (alias !== undefined) await setAlias(tx, caller.workspace, { model, version, alias })
      const { promoted, archived } = await promote(tx, caller.workspace, { model, version, stage })
      return {
        content: `Version ${version} of '${model}' is now in ${stage}${archived === undefined ? '' : `; version ${archived} left production and is archived`}.`,
        data: { model, version, stage: promoted.stage, aliases: promoted.aliases, ...(archived !== undefined && { archived }) },
      }
    }),
})
