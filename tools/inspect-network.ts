/** Shows what is inside a neural network: its layers, its weights and what it sees in one record. */
import { z } from 'zod'
import { inspectNetwork } from '../ml/models/neural/inspect-network.ts'
import type { LayerView, NetworkView } from '../ml/models/neural/network-view.ts'
import { getModelVersion } from '../ml/registry/registry.ts'
import { list } from './dataset-schema.ts'
import { modelName, recordSchema, versionNumber } from './model-schema.ts'
import { defineTool } from './tool.ts'

const shapeSchema = (words: string) =>
  z
    .object({
      height: z.int().describe('Rows of pixels; 1 where there is no image.'),
      width: z.int().describe('Pixels of a row; 1 where there is no image.'),
      channels: z.int().describe('Numbers per pixel.'),
    })
    .describe(words)

const pictureFields = {
  height: z.int().describe('Rows; at most 32.'),
  width: z.int().describe('Pixels of a row; at most 32.'),
  low: z.number().describe('What 0 stands for.'),
  high: z.number().describe('What 1 stands for.'),
  values: list(z.number()).describe('Row by row, 0 to 1.'),
} as const
const pictureSchema = z.object(pictureFields)

const layerSchema = z.object({
  type: z
    .enum(['dense', 'convolution', 'batch_norm', 'max_pool', 'dropout', 'relu', 'tanh', 'logistic'])
    .describe('dense and convolution hold the weights; the others shape what passes.'),
  input: shapeSchema('What goes in.'),
  output: shapeSchema('What comes out.'),
  parameters: z.int().describe('Numbers that training found for it.'),
  rate: z.number().optional().describe('Dropout only: share of outputs that training drops.'),
  weights: z
    .object({
      from: z.number().describe('Smallest weight.'),
      to: z.number().describe('Largest weight.'),
      counts: list(z.int()).describe('Weights in each of 20 equally wide bins.'),
      mean: z.number().describe('Mean weight.'),
      sd: z.number().describe('Standard deviation of the weights.'),
    })
    .optional()
    .describe('Histogram of its weights; absent where it has none.'),
})

export const inspectNetworkTool = defineTool({
  name: 'inspect_network',
  title: 'Inspect a neural network',
  description:
    'Shows the inside of a registered neural_network or cnn as data to draw: layers with shapes and numbers of parameters, weight histograms, the filters of the first convolution as 3 x 3 pictures and, when a record is given, what each convolution sees in it (feature maps) with the class scores. For other models, and for which columns matter, use feature_importance or explain_prediction.',
  input: z.strictObject({
    model: modelName,
    version: versionNumber.optional().describe('Version; the one in production, else the newest, when absent.'),
    record: recordSchema.optional().describe('One case to send through the network: its columns by name. Absent: no feature maps.'),
    most: z.int().min(1).max(32).default(16).describe('Most filters, and most feature maps of a layer, to return.'),
  }),
  output: z.object({
    model: modelName,
    version: versionNumber,
    algorithm: z.enum(['neural_network', 'cnn']).describe('Which kind of network it is.'),
    input: shapeSchema('What the first layer reads: an image, or one pixel whose channels are the encoded columns.'),
    parameters: z.int().describe('Numbers that training found, of all layers.'),
    epoch: z.int().describe('Epoch whose weights were kept.'),
    layers: list(layerSchema).describe('From the input on.'),
    filters: list(
      z.object({
        filter: z.int().describe('Filter, from 0.'),
        channel: z.int().describe('Channel of the image it looks at, from 0.'),
        ...pictureFields,
      }),
    ).describe('Of the first convolution; empty for a neural_network.'),
    record: z
      .object({
        image: pictureSchema.optional().describe('The record as the network sees it; absent for a neural_network.'),
        maps: list(
          z.object({
            name: z.string().describe('Which convolution, such as convolution 2.'),
            layer: z.int().describe('Index of the convolution in layers.'),
            total: z.int().describe('Maps of the layer; the first of them follow.'),
            maps: list(pictureSchema).describe('After the activation.'),
          }),
        ).describe('What each convolution sees; empty for a neural_network.'),
        prediction: z.union([z.string(), z.number()]).describe('The class, or the number.'),
        probabilities: z.record(z.string(), z.number()).optional().describe('Probability by class; absent for numbers.'),
      })
      .optional()
      .describe('Absent when no record was given.'),
  }),
  effect: 'read',
  role: 'viewer',
  untrusted: true,
  examples: [
    { says: 'What does the churn network look like inside?', input: { model: 'churn-network' } },
    {
      says: 'And what does it make of a new customer on the basic plan?',
      input: {
        model: 'churn-network',
        record: { tenure_months: 3, plan: 'basic', monthly_charge: 29.5, region: 'north', support_calls: 3, auto_pay: 'no', age: 41 },
      },
    },
  ],
  run: async ({ model, version: asked, record, most }, { db, blobs, caller, signal }) => {
    const { version, blob } = await getModelVersion(db, caller.workspace, model, asked)
    const view = await inspectNetwork({ bytes: await blobs.get(blob), question: { most, ...(record && { record }) } }, signal)
    return { content: inWords(`'${model}' version ${version}`, view), data: { model, version, ...view } }
  },
})

function inWords(who: string, { layers, parameters, input, epoch, record }: NetworkView): string {
  const read = input.height * input.width === 1 ? `${input.channels} inputs` : `images of ${shapeInWords(input)}`
  const what = `${who} reads ${read}: ${layers.map(layerInWords).filter(Boolean).join(', ')}; ${parameters} parameters, from epoch ${epoch}.`
  if (record === undefined) return what
  const sure = record.probabilities?.[String(record.prediction)]
  return `${what} For this record it says ${record.prediction}${sure === undefined ? '' : ` (probability ${sure.toFixed(3)})`}.`
}

const shapeInWords = ({ height, width, channels }: LayerView['input']): string => `${height} x ${width} x ${channels}`

/** Layers that only shape what passes go without saying. */
function layerInWords({ type, output }: LayerView): string {
  if (type === 'dense') return `dense to ${output.channels}`
  if (type === 'convolution') return `convolution to ${shapeInWords(output)}`
  return type === 'max_pool' ? `pooling to ${shapeInWords(output)}` : ''
}
