/** Shows how a model's answer follows one column, or two together. */
import { z } from 'zod'
import { explain } from '../ml/explanation/explain.ts'
import type { PartialDependence } from '../ml/explanation/partial-dependence.ts'
import { referenceRows } from '../ml/explanation/reference-rows.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { datasetRef, list } from './dataset-schema.ts'
import { brief, classSchema, outputInWords, seedSchema, spaceSchema, versionAsked } from './explanation-schema.ts'
import { modelName, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const partialDependenceTool = defineTool({
  name: 'partial_dependence',
  title: 'Partial dependence',
  description:
    "Shows how a registered model's mean answer changes as one column, or two together, take each of their values while all else stays as in the data; with lines of single rows (ICE). Use it to see the shape of an effect: rising, falling, a threshold. It says what the model does, not what causes what.",
  input: z.strictObject({
    model: modelName,
    version: versionAsked,
    features: z.array(z.string().min(1).max(200)).min(1).max(2).describe('One or two columns the model reads.'),
    class: classSchema
      .optional()
      .describe('Whose probability; the second of two classes when absent. Needed for more than two, not for numbers.'),
    dataset: datasetRef.optional().describe('Rows that all else is taken from; the training data when absent.'),
    grid: z.int().min(2).max(100).default(20).describe('Values tried of each column, at most.'),
    rows: z.int().min(1).max(10_000).default(500).describe('Rows used, at most.'),
    lines: z.int().min(0).max(200).default(0).describe('Lines of single rows to give, for one column.'),
    seed: seedSchema,
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    dataset: z.string().describe('Dataset used, as name@version.'),
    space: spaceSchema,
    class: z.string().optional().describe('The class whose probability it is; absent for numbers.'),
    rows: z.int().describe('Rows used.'),
    axes: list(
      z.object({
        feature: z.string().describe('Column.'),
        type: z.enum(['number', 'category']).describe('Whether its values have an order.'),
        values: list(z.union([z.string(), z.number()])).describe('Values tried: numbers rising, texts the most frequent first.'),
      }),
    ).describe('One for each column.'),
    mean: z
      .union([list(z.number()), list(list(z.number()))])
      .describe('Mean answer by value; for two columns a list by value of the second for each value of the first.'),
    least: z.number().describe('Smallest number among mean and lines.'),
    most: z.number().describe('Largest number among mean and lines.'),
    lines: list(list(z.number())).describe('Answers of single rows, each over the values of the column.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'How does leaving depend on the monthly charge?', input: { model: 'churn', features: ['monthly_charge'] } },
    { says: 'And on support calls and plan together?', input: { model: 'churn', features: ['support_calls', 'plan'], rows: 200 } },
  ],
  run: async ({ model, version: asked, dataset, class: name, ...question }, { db, blobs, caller, signal, progress }) => {
    const version = await getModelVersion(db, caller.workspace, model, asked)
    const reference = await referenceRows({ db, blobs, workspace: caller.workspace, signal }, version, dataset)
    const found = await explain<'dependence'>(
      {
        bytes: await blobs.get(version.blob),
        asked: {
          name: 'dependence',
          question: { ...question, frame: reference.frame, ...(name !== undefined && { class: name }) },
        },
      },
      { signal, progress: (fraction) => progress({ fraction, message: `${Math.round(100 * fraction)} % of the values tried` }) },
    )
    return {
      content: `'${model}' version ${version.version} on ${found.rows} rows of ${reference.name}: ${inWords(found)}.`,
      data: { model, version: version.version, dataset: reference.name, ...found },
    }
  },
})

function inWords({ axes, mean, space, class: name }: PartialDependence): string {
  const places = mean.flatMap((value, i) =>
    typeof value === 'number'
      ? [{ value, at: [axes[0]?.values[i]] }]
      : value.map((each, j) => ({ value: each, at: [axes[0]?.values[i], axes[1]?.values[j]] })),
  )
  const sorted = places.toSorted((a, b) => a.value - b.value)
  const where = (at: readonly (string | number | undefined)[]): string =>
    axes.map(({ feature }, i) => `${feature} ${typeof at[i] === 'number' ? brief(at[i]) : at[i]}`).join(' and ')
  const [low, high] = [sorted[0], sorted.at(-1)]
  if (low === undefined || high === undefined) return 'no value could be tried'
  return `${outputInWords(space, name)} is lowest at ${where(low.at)} (${brief(low.value)}) and highest at ${where(high.at)} (${brief(high.value)}) on average`
}
