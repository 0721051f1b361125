/**
 * A small convolutional network for images whose pixels are the columns: blocks of twice convolution, batch
 * normalisation and ReLU, then max pooling (Simonyan & Zisserman 2015 in small), and dense layers at the end.
 */
import { z } from 'zod'
import { defineAlgorithm, type Shape } from './algorithm.ts'
import { answersOf, type Examples } from './neural/examples.ts'
import { holdOut } from './neural/hold-out.ts'
import { copyShifted, type ImageEncoding, imageEncoding, imageEncodingOf, imagesOf, shapeOfImage, writeImages } from './neural/images.ts'
import { type LayerSpec, layerSpec, placeLayers, rowsThatFit, sizeOf } from './neural/layer-specs.ts'
import { crossEntropy } from './neural/loss.ts'
import { finishClasses, networkBatchScorer, networkScorer, type ScoringOptions } from './neural/network-scorer.ts'
import { trainNetwork } from './neural/train-network.ts'
import { float32s } from './numbers.ts'
import { outputs, type Problem } from './problem.ts'

const pixels = z.int().min(1).max(1024)

const params = z.strictObject({
  width: pixels.optional().describe('Pixels in a row of the image. Absent: from the names of the columns, else a square'),
  height: pixels.optional().describe('Rows of the image. Absent: from the names of the columns, else a square'),
  channels: z.int().min(1).max(64).default(1).describe('Numbers per pixel, one after the other in the columns'),
  filters: z
    .array(z.int().min(1).max(512))
    .min(1)
    .max(5)
    .default([16, 32])
    .describe('Filters of each block of two convolutions; a block halves the image'),
  dense: z.int().min(0).max(4096).default(0).describe('Outputs of a dense layer before the last; 0 for none'),
  dropout: z.number().min(0).max(0.9).default(0.3).describe('Share of what the blocks found that training drops'),
  shift: z.int().min(0).max(8).default(0).describe('Training moves each image by up to this many pixels, anew every epoch'),
  alpha: z.number().min(0).max(1000).default(0.01).describe('L2 penalty, divided by the rows of a batch'),
  batch_size: z.int().min(1).max(1024).default(32).describe('Most images of a step'),
  learning_rate: z.number().gt(0).max(1).default(0.003).describe('Of the first epochs; it falls to nothing along a cosine'),
  max_epochs: z.int().min(1).max(10_000).default(30).describe('Most passes over the images'),
  early_stopping_rounds: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('Epochs without improvement on the images held out before stopping'),
  validation_fraction: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe('Share of images held out to choose the epoch; 0 trains on all, to the last epoch'),
})
type Params = z.output<typeof params>

/** What a fit gives; inspection reads it too. */
export const fittedCnn = z.strictObject({
  image: imageEncoding,
  layers: z.array(layerSpec).min(1).max(64).describe('From the pixels on'),
  weights: float32s.describe('Of all layers, in order'),
  epoch: z.int().min(0).describe('Epoch whose weights these are'),
})
type Fitted = z.output<typeof fittedCnn>

export const cnn = defineAlgorithm({
  name: 'cnn',
  title: 'Convolutional network',
  tasks: ['binary', 'multiclass'],
  weighted: true,
  params,
  fitted: fittedCnn,
  fit: (problem, options, control) => {
    const image = imageEncodingOf(problem, options)
    const layers = layersOf(options, problem.classes)
    const training = {
      ...{ layers, input: shapeOfImage(image), alpha: options.alpha, learningRate: options.learning_rate, maxEpochs: options.max_epochs },
      loss: crossEntropy(problem.classes),
      batchSize: Math.min(options.batch_size, rowsThatFit(layers, shapeOfImage(image))),
      earlyStoppingRounds: options.early_stopping_rounds,
    }
    const rows = holdOut(problem, options.validation_fraction, control.seed)
    return { image, layers, ...trainNetwork(examplesOf(problem, image, options.shift), rows, training, control) }
  },
  scorer: (network, shape) => networkScorer(scoringOf(network, shape), shape.columns.length),
  batchScorer: (network, shape) => networkBatchScorer(scoringOf(network, shape)),
})

function layersOf({ filters, dense, dropout }: Params, classes: number): LayerSpec[] {
  const drop: LayerSpec[] = dropout > 0 ? [{ type: 'dropout', rate: dropout }] : []
  const twice = (count: number): LayerSpec[] =>
    Array.from({ length: 2 }, (): LayerSpec[] => [{ type: 'convolution', filters: count }, { type: 'batch_norm' }, { type: 'relu' }]).flat()
  const blocks = filters.flatMap((count): LayerSpec[] => [...twice(count), { type: 'max_pool' }])
  const last: LayerSpec[] = dense > 0 ? [{ type: 'dense', outputs: dense }, { type: 'relu' }, ...drop] : []
  return [...blocks, ...drop, ...last, { type: 'dense', outputs: classes }]
}

function examplesOf(problem: Problem, image: ImageEncoding, shift: number): Examples {
  const images = imagesOf(image, problem.values, problem.rows)
  const shape = shapeOfImage(image)
  const size = sizeOf(shape)
  return {
    rows: problem.rows,
    write: (rows, into, random) => {
      const moved = (): number => (random === undefined || shift === 0 ? 0 : Math.floor(random() * (2 * shift + 1)) - shift)
      for (let i = 0; i < rows.length; i++) {
        const at = (rows[i] ?? 0) * size
        const target = into.subarray(i * size, (i + 1) * size)
        copyShifted(shape, images.subarray(at, at + size), { into: target, down: moved(), right: moved() })
      }
    },
    answers: answersOf(problem.target, problem.weights),
  }
}

function scoringOf({ image, layers, weights }: Fitted, shape: Shape): ScoringOptions {
  const input = shapeOfImage(image)
  const placed = placeLayers(layers, input)
  const fits = image.places.length === shape.columns.length && image.blank.length === shape.columns.length
  const inside = image.places.every((place) => place >= 0 && place < sizeOf(input))
  if (!fits || !inside) throw new RangeError('The pixels are not the columns of the model.')
  if (placed.weights !== weights.length || placed.layers.at(-1)?.output.channels !== outputs(shape))
    throw new RangeError('The weights are not of these layers.')
  return {
    network: { layers, input, weights },
    encode: (values, rows, into) => writeImages(image, { values, rows }, into),
    finish: finishClasses(outputs(shape)),
  }
}
