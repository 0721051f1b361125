/**
 * Minibatch training by Adam (Kingma & Ba 2015): every epoch shows all rows once in a new order, the learning rate falls
 * along a cosine (Loshchilov & Hutter 2017), and the weights kept are those of the epoch that did best on rows held out.
 * Epoch and seed alone decide what is drawn, so a fit that goes on from a checkpoint ends in the same bits.
 */

import { seededRandom, shuffled } from '../../evaluation/seeded-random.ts'
import type { Matrices } from '../../kernels/matrix.ts'
import type { FitControl } from '../algorithm.ts'
import { batchesOf, createExam, type Examples } from './examples.ts'
import { lengthOf } from './layer-specs.ts'
import type { Loss } from './loss.ts'
import { createNetwork, type Network, type NetworkOptions, startWeights } from './network.ts'
import { type Progress, restoredProgress, startProgress } from './progress.ts'

export interface TrainingOptions {
  readonly layers: NetworkOptions['layers']
  readonly input: NetworkOptions['input']
  /** Absent: the fastest there are. */
  readonly matrices?: Matrices
  readonly loss: Loss
  /** Most rows of a step. */
  readonly batchSize: number
  /** Of the first epochs. */
  readonly learningRate: number
  readonly maxEpochs: number
  /** Stop when this many epochs in a row did not improve on the rows held out. */
  readonly earlyStoppingRounds: number
  /** L2 penalty, as scikit-learn counts it: alpha / 2 times the squared weights beside the summed loss of a batch. */
  readonly alpha: number
}

/** Rows to learn from, and those to choose the epoch by: without any, the last epoch's weights are kept. */
export interface TrainingRows {
  readonly train: Uint32Array
  readonly held: Uint32Array
}

export interface TrainedNetwork {
  readonly weights: Float32Array
  /** Epoch whose weights these are, from 1. */
  readonly epoch: number
}

/** Fits the weights. The result does not depend on threads or on how often it was interrupted. */
export function trainNetwork(examples: Examples, rows: TrainingRows, options: TrainingOptions, control: FitControl): TrainedNetwork {
  const capacity = Math.min(options.batchSize, Math.max(rows.train.length, rows.held.length, 1))
  const { layers, input, matrices } = options
  const network = createNetwork({ layers, input, capacity, training: true, ...(matrices && { matrices }) })
  startWeights(network, seededRandom(mix(control.seed, 0)))
  const state = restoredProgress(network, control.checkpoint?.restored) ?? startProgress(network)
  const step = stepper(network, state, options)
  const exam = createExam(network, examples, options.loss)
  while (state.epoch < options.maxEpochs && state.epoch - state.best.epoch < options.earlyStoppingRounds) {
    const random = seededRandom(mix(control.seed, state.epoch + 1))
    const rate = cosine(options, state.epoch)
    const loss = runEpoch({ network, examples, step, loss: options.loss }, { order: orderOf(rows.train, random), random, rate })
    state.epoch++
    const held = rows.held.length > 0 ? exam(rows.held) : undefined
    keepBest(network, state, held?.loss)
    const point = { step: state.epoch, train_loss: loss, ...(held && { validation_loss: held.loss }), learning_rate: rate }
    control.progress(state.epoch / options.maxEpochs, point)
    control.checkpoint?.save(() => state.copy())
  }
  return { weights: state.best.weights, epoch: state.best.epoch }
}

/** One generator per seed and epoch. */
const mix = (seed: number, epoch: number): number => (Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b)) >>> 0

const orderOf = (rows: Uint32Array, random: () => number): Uint32Array =>
  shuffled(rows.length, random).map((position) => rows[position] ?? 0)

/** From the full rate at the first epoch to nearly none at the last. */
const cosine = ({ learningRate, maxEpochs }: TrainingOptions, epoch: number): number =>
  (learningRate * (1 + Math.cos((Math.PI * epoch) / maxEpochs))) / 2

/** The best so far by the loss on the rows held out; without such rows, the newest. */
function keepBest(network: Network, { best, epoch }: Progress, loss: number | undefined): void {
  if (loss !== undefined && !(loss < best.loss)) return
  best.loss = loss ?? Number.POSITIVE_INFINITY
  best.epoch = epoch
  best.weights.set(network.weights)
}

interface Epoch {
  readonly network: Network
  readonly examples: Examples
  readonly step: (batch: number, rate: number) => void
  readonly loss: Loss
}

/** Returns the mean loss of the epoch, measured before each step. */
function runEpoch(
  { network, examples, step, loss }: Epoch,
  { order, random, rate }: { readonly order: Uint32Array; readonly random: () => number; readonly rate: number },
): number {
  let sum = 0
  for (const batch of batchesOf(order, network.capacity)) {
    examples.write(batch, network.inputs, random)
    const scores = network.forward({ rows: batch.length, training: true, random })
    sum += loss(scores, examples.answers(batch), network.slopes)
    network.gradients.fill(0)
    network.backward(network.slopes, batch.length)
    step(batch.length, rate)
  }
  return sum / order.length
}

const beta1 = 0.9
const beta2 = 0.999

/** Moves all weights by one step of Adam, with the correction of its early steps folded into the rate. */
function stepper(network: Network, state: Progress, { alpha }: TrainingOptions): Epoch['step'] {
  const { matrices, weights, gradients } = network
  const runs = network.placed
    .flatMap(({ parameters }) => parameters)
    .filter(({ role }) => role !== 'statistic')
    .map((parameter) => {
      const part = (values: Float32Array): Float32Array => values.subarray(parameter.offset, parameter.offset + lengthOf(parameter))
      return { by: { w: part(weights), g: part(gradients), m: part(state.first), v: part(state.second) }, role: parameter.role }
    })
  return (rows, rate) => {
    state.steps++
    const corrected = (rate * Math.sqrt(1 - beta2 ** state.steps)) / (1 - beta1 ** state.steps)
    for (const { by, role } of runs)
      matrices.adam(by, { rate: corrected, decay: role === 'weight' ? alpha / rows : 0, beta1, beta2, epsilon: 1e-8 })
  }
}
