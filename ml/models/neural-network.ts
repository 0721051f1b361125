/**
 * Multilayer perceptron: dense layers with an activation between them, trained by Adam on minibatches, with the epoch
 * chosen on rows held out. Numbers are standardised, categories one-hot, missing values get an input of their own.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { defineAlgorithm, type Shape } from './algorithm.ts'
import { answersOf, type Examples } from './neural/examples.ts'
import { holdOut } from './neural/hold-out.ts'
import { type LayerSpec, layerSpec, placeLayers, rowsThatFit } from './neural/layer-specs.ts'
import { crossEntropy, squaredError } from './neural/loss.ts'
import { finishClasses, finishNumbers, networkBatchScorer, networkScorer, type ScoringOptions } from './neural/network-scorer.ts'
import {
  cellsOf,
  encodedWidth,
  encodingOf,
  requireColumns,
  spreadRows,
  type TableEncoding,
  tableEncoding,
} from './neural/table-encoding.ts'
import { trainNetwork } from './neural/train-network.ts'
import { float32s } from './numbers.ts'
import { outputs, type Problem, prior } from './problem.ts'

const params = z.strictObject({
  hidden_layers: z.array(z.int().min(1).max(4096)).max(8).default([64, 32]).describe('Outputs of each hidden layer; [] is a linear model'),
  activation: z.enum(['relu', 'tanh', 'logistic']).default('relu').describe('Between the layers'),
  alpha: z.number().min(0).max(1000).default(0.3).describe('L2 penalty, divided by the rows of a batch'),
  dropout: z.number().min(0).max(0.9).default(0.2).describe('Share of hidden outputs that training drops'),
  batch_size: z.int().min(1).max(8192).optional().describe('Most rows of a step. Absent: 16 to 256, by the number of rows'),
  learning_rate: z.number().gt(0).max(1).default(0.003).describe('Of the first epochs; it falls to nothing along a cosine'),
  max_epochs: z.int().min(1).max(10_000).default(100).describe('Most passes over the rows'),
  early_stopping_rounds: z.int().min(1).max(10_000).default(20).describe('Epochs without improvement on the rows held out before stopping'),
  validation_fraction: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe('Share of rows held out to choose the epoch; 0 trains on all, to the last epoch'),
})
type Params = z.output<typeof params>

/** What a fit gives; inspection reads it too. */
export const fittedNeuralNetwork = z.strictObject({
  columns: tableEncoding,
  layers: z.array(layerSpec).min(1).max(64).describe('From the inputs on'),
  weights: float32s.describe('Of all layers, in order'),
  target: z.strictObject({ mean: z.number(), scale: z.number().positive() }).describe('Regression: outputs are standardised by it'),
  epoch: z.int().min(0).describe('Epoch whose weights these are'),
})
type Fitted = z.output<typeof fittedNeuralNetwork>

export const neuralNetwork = defineAlgorithm({
  name: 'neural_network',
  title: 'Neural network',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: true,
  params,
  fitted: fittedNeuralNetwork,
  fit: (problem, options, control) => {
    const columns = encodingOf(problem)
    const layers = layersOf(options, outputs(problem))
    const input = { height: 1, width: 1, channels: encodedWidth(columns) }
    requireRoom(placeLayers(layers, input).weights, input.channels)
    const target = problem.task === 'regression' ? scaleOf(problem) : { mean: 0, scale: 1 }
    const training = {
      ...{ layers, input, alpha: options.alpha, learningRate: options.learning_rate, maxEpochs: options.max_epochs },
      loss: problem.task === 'regression' ? squaredError : crossEntropy(outputs(problem)),
      batchSize: Math.min(options.batch_size ?? batchSizeFor(problem.rows), rowsThatFit(layers, input)),
      earlyStoppingRounds: options.early_stopping_rounds,
    }
    const rows = holdOut(problem, options.validation_fraction, control.seed)
    return { columns, layers, target, ...trainNetwork(examplesOf(problem, columns, target), rows, training, control) }
  },
  scorer: (network, shape) => networkScorer(scoringOf(network, shape), shape.columns.length),
  batchScorer: (network, shape) => networkBatchScorer(scoringOf(network, shape)),
})

function layersOf({ hidden_layers, activation, dropout }: Params, answers: number): LayerSpec[] {
  const drop: LayerSpec[] = dropout > 0 ? [{ type: 'dropout', rate: dropout }] : []
  const hidden = hidden_layers.flatMap((width): LayerSpec[] => [{ type: 'dense', outputs: width }, { type: activation }, ...drop])
  return [...hidden, { type: 'dense', outputs: answers }]
}

/** About 40 steps an epoch, as far as the bounds allow. */
const batchSizeFor = (rows: number): number => Math.max(16, Math.min(256, 2 ** Math.round(Math.log2(rows / 40))))

/** Gradients, two moments and the best weights are kept beside the weights. */
const mostWeights = 50_000_000

function requireRoom(weights: number, inputs: number): void {
  if (weights <= mostWeights) return
  const words = `A network of ${weights} weights is too large: the columns make ${inputs} inputs, and at most ${mostWeights} weights can be trained.`
  throw new Fault('invalid_input', `${words} Use fewer columns or smaller hidden_layers.`)
}

function scaleOf(problem: Problem): Fitted['target'] {
  const mean = prior(problem)[0] ?? 0
  const squares = prior({ ...problem, target: problem.target.map((value) => (value - mean) ** 2) })[0] ?? 0
  if (!Number.isFinite(squares))
    throw new Fault('invalid_input', 'The target has values beyond 1e150: their squares are infinite. Divide the target by a constant.')
  return { mean, scale: Math.sqrt(squares) || 1 }
}

function examplesOf(problem: Problem, columns: TableEncoding, { mean, scale }: Fitted['target']): Examples {
  const cells = cellsOf(columns, problem.values, problem.rows)
  return {
    rows: problem.rows,
    write: (rows, into) => spreadRows(columns, { cells, rows }, into),
    answers: answersOf(
      problem.target.map((value) => (value - mean) / scale),
      problem.weights,
    ),
  }
}

function scoringOf({ columns, layers, weights, target }: Fitted, shape: Shape): ScoringOptions {
  requireColumns(columns, shape.columns)
  const input = { height: 1, width: 1, channels: encodedWidth(columns) }
  const placed = placeLayers(layers, input)
  if (placed.weights !== weights.length || placed.layers.at(-1)?.output.channels !== outputs(shape))
    throw new RangeError('The weights are not of these layers.')
  return {
    network: { layers, input, weights },
    encode: (values, rows, into) => {
      const every = Uint32Array.from({ length: rows }, (_, row) => row)
      spreadRows(columns, { cells: cellsOf(columns, values, rows), rows: every }, into)
    },
    finish: shape.task === 'regression' ? finishNumbers(target) : finishClasses(outputs(shape)),
  }
}
