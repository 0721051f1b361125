/** Ranks a model's columns by how much they matter. */
import { z } from 'zod'
import { explain } from '../ml/explanation/explain.ts'
import { methodFor } from '../ml/explanation/explainer.ts'
import { type Place, referenceRows } from '../ml/explanation/reference-rows.ts'
import { getModelVersion, type ModelVersion } from '../ml/registry/registry.ts'
import { datasetRef, list } from './dataset-schema.ts'
import { brief, classSchema, methodSchema, outputInWords, seedSchema, spaceSchema, versionAsked } from './explanation-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'
import { metricSchema } from './training-schema.ts'

const input = z.strictObject({
  model: modelName,
  version: versionAsked,
  method: z
    .enum(['shap', 'permutation', 'gain'])
    .default('shap')
    .describe(
      'shap: mean size of what each column adds to the answers; permutation: how much a metric drops when the column is shuffled (needs known answers, best on data the model has not seen); gain: what splits on it gained in training (trees only, quick, favours columns of many values).',
    ),
  dataset: datasetRef.optional().describe('Rows to explain or to measure on; the training data when absent. Not used by gain.'),
  metric: metricSchema.optional().describe('For permutation: the metric; the first of the task when absent.'),
  class: classSchema.optional().describe('For shap: whose output; the second of two classes, the mean over all of more, when absent.'),
  rows: z.int().min(1).max(10_000).optional().describe('Rows used, at most: 1,000 when absent, 30 where the model must be asked (kernel).'),
  repeats: z.int().min(1).max(50).default(5).describe('For permutation: how often each column is shuffled.'),
  points: z.int().min(0).max(1000).default(0).describe('For shap: rows to draw for each column (beeswarm, dependence).'),
  seed: seedSchema,
})

const feature = z.object({
  feature: z.string().describe('Column.'),
  importance: z.number().describe('Mean |SHAP|, drop of the metric, or share of all gain.'),
  sd: z.number().optional().describe('Standard deviation: over rows for shap, over repeats for permutation; absent for gain.'),
  mean: z.number().optional().describe('For shap: mean SHAP; above 0 where the column mostly raises the output.'),
  gain: z.number().optional().describe('For gain: summed over its splits.'),
  splits: z.int().optional().describe('For gain: splits that ask the column.'),
  points: list(
    z.object({
      value: z.union([z.string(), z.number()]).nullable().describe('Value of the column in a row; null is missing.'),
      shap: z.number().describe('What it added there.'),
      shade: z.number().nullable().describe('0 for the smallest value drawn, 1 for the largest; null for texts and missing values.'),
    }),
  )
    .optional()
    .describe('For shap with points: the swarm of the column.'),
})

type Input = z.output<typeof input>
type Ranked = z.input<typeof feature>

interface Ranking {
  /** Besides what all methods give. */
  readonly data: {
    readonly dataset?: string
    readonly rows?: number
    readonly shap?: z.input<typeof shapSchema>
    readonly permutation?: z.input<typeof permutationSchema>
    readonly warnings?: readonly string[]
  }
  readonly features: readonly Ranked[]
  /** "on customers@1 by …". */
  readonly words: string
}

const shapSchema = z.object({
  method: methodSchema,
  space: spaceSchema,
  class: z.string().optional().describe('The class explained; absent for numbers and where the mean over all classes was taken.'),
  base: z.number().optional().describe('The output when nothing is known; absent for several classes.'),
})

const permutationSchema = z.object({
  metric: z.string().describe('Metric measured.'),
  score: z.number().describe('Its value with nothing shuffled.'),
  repeats: z.int().describe('How often each column was shuffled.'),
})

export const featureImportanceTool = defineTool({
  name: 'feature_importance',
  title: 'Feature importance',
  description:
    'Ranks the columns of a registered model by how much they matter to its answers, by Shapley values, by shuffling, or by the gain of its splits. Use it to learn what a model leans on, to find leaks and columns it can do without. For one case use explain_prediction; for how the answer follows a column use partial_dependence.',
  input,
  output: z.object({
    model: modelName,
    version: versionNumber,
    method: z.enum(['shap', 'permutation', 'gain']).describe('How it was measured.'),
    dataset: z.string().optional().describe('Dataset used, as name@version; absent for gain.'),
    rows: z.int().optional().describe('Rows used; absent for gain.'),
    shap: shapSchema.optional().describe('How the Shapley values were made, for shap.'),
    permutation: permutationSchema.optional().describe('What was measured, for permutation.'),
    features: list(feature).describe('The most important first.'),
    warnings: list(z.string()).describe('Rows that could not be used.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'What does churn look at?', input: { model: 'churn' } },
    {
      says: 'How much accuracy does each column bring on the test set?',
      input: { model: 'churn', method: 'permutation', dataset: 'customers-test', metric: 'accuracy' },
    },
  ],
  run: async (asked, { db, blobs, caller, signal, progress }) => {
    const place = { db, blobs, workspace: caller.workspace, signal }
    const version = await getModelVersion(db, caller.workspace, asked.model, asked.version)
    const control = { signal, progress: (fraction: number) => progress({ fraction, message: `${Math.round(100 * fraction)} % explained` }) }
    const { data, features, words } = await rankings[asked.method]({ asked, place, version, control })
    const top = features.slice(0, 5).map(({ feature: name, importance }) => `${name} ${brief(importance)}`)
    return {
      content: `What matters to '${asked.model}' version ${version.version}, ${words}: ${top.join(', ')}${features.length > top.length ? `, and ${features.length - top.length} more` : ''}.`,
      data: { model: asked.model, version: version.version, method: asked.method, warnings: [], ...data, features },
    }
  },
})

interface Given {
  readonly asked: Input
  readonly place: Place
  readonly version: ModelVersion
  readonly control: Parameters<typeof explain>[1]
}

const rankings: Readonly<Record<Input['method'], (given: Given) => Promise<Ranking>>> = {
  shap: byShap,
  permutation: byPermutation,
  gain: byGain,
}

async function byShap({ asked, place, version, control }: Given): Promise<Ranking> {
  const method = methodFor(version.algorithm, 'auto', false)
  const { name, frame } = await referenceRows(place, version, asked.dataset)
  const isAsked = method === 'kernel'
  const question = {
    ...{ frame, method, seed: asked.seed, points: asked.points },
    rows: asked.rows ?? (isAsked ? 30 : 1000),
    backgroundRows: isAsked ? 40 : 1000,
    coalitions: 256,
    ...(asked.class !== undefined && { class: asked.class }),
  }
  const found = await explain<'shap'>({ bytes: await place.blobs.get(version.blob), asked: { name: 'shap', question } }, control)
  const { features, rows, ...shap } = found
  return {
    data: { dataset: name, rows, shap },
    features: features.map(({ points, ...each }) => ({ ...each, ...(points.length > 0 && { points }) })),
    words: `by mean size of its share in ${outputInWords(shap.space, shap.class)} over ${rows} rows of ${name}`,
  }
}

async function byPermutation({ asked, place, version, control }: Given): Promise<Ranking> {
  const { name, frame } = await referenceRows(place, version, asked.dataset)
  const question = {
    ...{ frame, repeats: asked.repeats, rows: asked.rows ?? 1000, seed: asked.seed },
    ...(asked.metric !== undefined && { metric: asked.metric }),
  }
  const found = await explain<'permutation'>(
    { bytes: await place.blobs.get(version.blob), asked: { name: 'permutation', question } },
    control,
  )
  const { features, rows, warnings, ...permutation } = found
  return {
    data: { dataset: name, rows, permutation, warnings },
    features,
    words: `by how much ${permutation.metric} (${brief(permutation.score)}) gets worse when it is shuffled, on ${rows} rows of ${name}`,
  }
}

async function byGain({ place, version, control }: Given): Promise<Ranking> {
  const features = await explain<'splits'>({ bytes: await place.blobs.get(version.blob), asked: { name: 'splits', question: {} } }, control)
  return { data: {}, features, words: 'by its share of what all splits gained' }
}
