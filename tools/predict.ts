/** Asks a model about one or many records. */
import { z } from 'zod'
import { predict } from '../ml/serving/predict.ts'
import { Fault } from '../platform/fault.ts'
import { list } from './dataset-schema.ts'
import { modelName, recordSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

export const predictTool = defineTool({
  name: 'predict',
  title: 'Predict',
  description:
    "Asks a registered model about one record or up to 1,000. The version is chosen by the model's deployment, else it is the one in production, else the newest. Each prediction has an id for record_outcome. Not for whole datasets: use batch_predict.",
  input: z.strictObject({
    model: modelName,
    record: recordSchema
      .optional()
      .describe("One case: the model's columns by name, null where a value is missing. Pass record or records."),
    records: z.array(recordSchema).min(1).max(1000).optional().describe('Several cases.'),
    version: versionNumber.optional().describe('Ask this version whatever the deployment says.'),
    key: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe('Who is asked about: all calls with one key go to one version for as long as the deployment stands.'),
  }),
  output: z.object({
    predictions: list(
      z.object({
        value: z
          .union([z.string(), z.number()])
          .describe('The class, the cluster or the number; how unusual the record is; of a projection the first component.'),
        probabilities: z
          .record(z.string(), z.number())
          .optional()
          .describe('Probability by class or cluster, adding up to 1; absent for numbers.'),
        vector: list(z.number()).optional().describe('Of a projection: all components.'),
        version: versionNumber,
      }),
    ).describe('In the order of the records.'),
    version: versionNumber.describe('The version that answered; with several records, the first one.'),
    prediction_ids: list(z.string()).describe('In the order of the records.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    {
      says: 'Will a customer on the basic plan with three support calls leave?',
      input: {
        model: 'churn',
        record: { tenure_months: 3, plan: 'basic', monthly_charge: 29.5, region: 'north', support_calls: 3, auto_pay: 'no', age: 41 },
      },
    },
  ],
  run: async ({ model, record, records, version, key }, { db, blobs, caller, now, newId }) => {
    if ((record === undefined) === (records === undefined)) throw new Fault('invalid_input', 'Pass either record or records.')
    const asked = records ?? (record ? [record] : [])
    const serving = { db, blobs, workspace: caller.workspace, now, newId }
    const answers = await predict(serving, {
      model,
      records: asked,
      ...(version !== undefined && { version }),
      ...(key !== undefined && { key }),
    })
    const [first] = answers
    if (!first) throw new Fault('internal', `Model '${model}' gave no answer.`)
    const sure = first.probabilities?.[String(first.value)]
    const what = `'${model}' version ${first.version} predicts ${first.value}${sure === undefined ? '' : ` (probability ${sure.toFixed(3)})`}`
    return {
      content: answers.length === 1 ? `${what}.` : `${what} for the first of ${answers.length} records.`,
      data: {
        predictions: answers.map(({ id: _, ...prediction }) => prediction),
        version: first.version,
        prediction_ids: answers.map(({ id }) => id),
      },
    }
  },
})
