/** Lists registered models and their versions. */
import { z } from 'zod'
import { listModelVersions } from '../ml/registry/registry.ts'
import { list } from './dataset-schema.ts'
import { metricsSchema, modelName, stageSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const listModelsTool = defineTool({
  name: 'list_models',
  title: 'List models',
  description:
    'Lists registered models with their versions, stages, aliases and metrics, newest version first. Use it to find what a model is called, which version is in production, or how versions compare. Trainings that were not registered are in list_runs.',
  input: z.strictObject({ model: modelName.optional().describe('Only this model.') }),
  output: z.object({
    models: list(
      z.object({
        model: modelName,
        version: versionNumber,
        stage: stageSchema,
        aliases: list(z.string()).describe('Other names of this version.'),
        run: z.string().describe('The training it came from, or the call that imported it.'),
        algorithm: z.string().describe('Algorithm.'),
        target: z.string().describe('Column it predicts; empty where there is none.'),
        task: z.string().describe('binary, multiclass, regression, clustering, anomaly, projection or recommendation.'),
        dataset: z.string().describe('What it was trained on; empty for an imported model without it.'),
        metrics: metricsSchema,
        created_at: z.string().describe('When it was registered, ISO 8601.'),
      }),
    ).describe('One entry a version.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [{ says: 'Which models are registered?', input: {} }],
  run: async ({ model }, { db, caller }) => {
    const found = await listModelVersions(db, caller.workspace, model)
    const models = found.map((each) => ({
      model: each.model,
      version: each.version,
      stage: each.stage,
      aliases: each.aliases,
      run: each.run,
      algorithm: each.algorithm,
      target: each.signature.target,
      task: each.signature.task,
      dataset: each.reference ? `${each.reference.dataset}@${each.reference.version}` : '',
      metrics: each.metrics,
      created_at: each.createdAt.toISOString(),
    }))
    const lines = models
      .slice(0, 30)
      .map((each) => `${each.model} version ${each.version} (${each.algorithm}${each.stage === 'none' ? '' : `, ${each.stage}`})`)
    const content =
      lines.length === 0
        ? 'No model is registered yet. Train one and register its run.'
        : `${models.length} model versions: ${lines.join('; ')}${models.length > 30 ? '; …' : '.'}`
    return { content, data: { models } }
  },
})
