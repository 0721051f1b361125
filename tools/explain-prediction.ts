/** Says why a model answers what it answers for one case. */
import { z } from 'zod'
import { explain } from '../ml/explanation/explain.ts'
import type { Contribution, RecordExplanation } from '../ml/explanation/explain-record.ts'
import { methodFor, ways } from '../ml/explanation/explainer.ts'
import { referenceRows } from '../ml/explanation/reference-rows.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { askedOf } from '../ml/serving/prediction-log.ts'
import { Fault } from '../platform/fault.ts'
import { datasetRef, list } from './dataset-schema.ts'
import { brief, classSchema, methodSchema, outputInWords, seedSchema, spaceSchema, versionAsked } from './explanation-schema.ts'
import { modelName, recordSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

/** Background rows that the kernel asks about for every coalition; exact ways use all that were read. */
const kernelBackground = 100
const coalitions = 1024

export const explainPredictionTool = defineTool({
  name: 'explain_prediction',
  title: 'Explain a prediction',
  description:
    'Says why a registered model answers what it answers for one case: what each column added to the answer (Shapley values), from the base, which is the answer when nothing is known, up to the output. Pass record, or prediction_id of an earlier prediction. For what matters over many rows use feature_importance.',
  input: z.strictObject({
    model: modelName,
    version: versionAsked,
    record: recordSchema.optional(),
    prediction_id: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe('Explain this earlier prediction instead, with the version that gave it.'),
    class: classSchema
      .optional()
      .describe('Whose output is explained; the second of two classes, else the predicted one, when absent. Not for numbers.'),
    method: z
      .enum(ways)
      .default('auto')
      .describe('auto: tree for trees, linear for linear models, kernel for others. kernel works for every model, in probabilities.'),
    background: datasetRef
      .optional()
      .describe(
        'Dataset whose rows stand for the usual case; the training data when absent. Trees need none, and with one are compared against its rows.',
      ),
    seed: seedSchema,
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    method: methodSchema,
    space: spaceSchema,
    class: z.string().optional().describe('The class whose output is explained; absent for numbers.'),
    background: z.string().optional().describe('Dataset of the background rows, as name@version; absent where none was needed.'),
    base: z.number().describe('The output when nothing is known of the case.'),
    output: z.number().describe('The output for this case: base plus all contributions.'),
    prediction: z
      .object({
        value: z.union([z.string(), z.number()]).describe('The class, or the number.'),
        probabilities: z.record(z.string(), z.number()).optional().describe('Probability by class; absent for numbers.'),
      })
      .describe('What the model answers.'),
    contributions: list(
      z.object({
        feature: z.string().describe('Column.'),
        value: z.union([z.string(), z.number(), z.boolean()]).nullable().describe('Its value in the case; null is missing.'),
        shap: z.number().describe('What it added to the output.'),
        from: z.number().describe('The output before it, taken in this order.'),
        to: z.number().describe('The output after it.'),
      }),
    ).describe('The largest first: the bars of a waterfall.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'Why would a customer on the basic plan with three support calls leave?',
      input: {
        model: 'churn',
        record: { tenure_months: 3, plan: 'basic', monthly_charge: 29.5, region: 'north', support_calls: 3, auto_pay: 'no', age: 41 },
      },
    },
    { says: 'Explain that prediction', input: { model: 'churn', prediction_id: 'prediction_1' } },
  ],
  run: async (input, { db, blobs, caller, signal }) => {
    const { model, background, method: way, seed } = input
    const place = { db, blobs, workspace: caller.workspace, signal }
    const { record, version: asked } = await caseOf(place, input)
    const version = await getModelVersion(db, caller.workspace, model, asked)
    const method = methodFor(version.algorithm, way, background !== undefined)
    const usual = method === 'tree_path_dependent' ? undefined : await referenceRows(place, version, background)
    const explanation = await explain<'record'>(
      {
        bytes: await blobs.get(version.blob),
        asked: {
          name: 'record',
          question: {
            ...{ record, method, coalitions, seed },
            backgroundRows: method === 'kernel' ? kernelBackground : 1000,
            ...(usual && { background: usual.frame }),
            ...(input.class !== undefined && { class: input.class }),
          },
        },
      },
      { signal },
    )
    const { prediction, ...rest } = explanation
    return {
      content: inWords(`'${model}' version ${version.version}`, explanation),
      data: {
        ...{ model, version: version.version, ...rest },
        ...(usual && { background: usual.name }),
        prediction: { value: prediction.value, ...(prediction.probabilities && { probabilities: prediction.probabilities }) },
      },
    }
  },
})

type Case = {
  readonly model: string
  readonly version?: number | undefined
  readonly record?: Readonly<Record<string, unknown>> | undefined
  readonly prediction_id?: string | undefined
}

/** The record that is asked about, and the version. */
async function caseOf(
  { db, workspace }: Pick<Parameters<typeof referenceRows>[0], 'db' | 'workspace'>,
  { model, version, record, prediction_id }: Case,
): Promise<{ readonly record: Readonly<Record<string, unknown>>; readonly version: number | undefined }> {
  if ((record === undefined) === (prediction_id === undefined)) throw new Fault('invalid_input', 'Pass either record or prediction_id.')
  if (prediction_id === undefined) return { record: record ?? {}, version }
  const logged = await askedOf(db, workspace, prediction_id)
  if (logged.model !== model)
    throw new Fault('invalid_input', `Prediction '${prediction_id}' was given by '${logged.model}', not by '${model}'. Ask that model.`)
  return { record: logged.record, version: version ?? logged.version }
}

function inWords(who: string, { prediction, space, class: name, base, output, contributions }: RecordExplanation): string {
  const sure = prediction.probabilities?.[String(prediction.value)]
  const answer = `${who} predicts ${prediction.value}${sure === undefined ? '' : ` (probability ${sure.toFixed(3)})`}`
  const told = contributions.filter(({ shap }) => shap !== 0).slice(0, 5)
  const what = outputInWords(space, name)
  if (told.length === 0) return `${answer}. No column moved ${what} from its base of ${brief(base)}.`
  const rest = contributions.length - told.length
  return `${answer}. ${told.map((each) => moved(each, what)).join('; ')}. ${rest > 0 ? `With ${rest} more` : 'Together'} that takes ${what} from ${brief(base)} to ${brief(output)}.`
}

const moved = ({ feature, value, shap }: Contribution, what: string): string =>
  `${feature} ${value === null ? '(missing)' : String(value).slice(0, 60)} ${shap > 0 ? 'raised' : 'lowered'} ${what} by ${brief(Math.abs(shap))}`
