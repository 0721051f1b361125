/** A network: layers one after the other over one list of weights, which is all it learns and all that is stored of it. */
import { createMatrices, type ImageShape, type Matrices } from '../../kernels/matrix.ts'
import { logisticLayer, reluLayer, tanhLayer } from './activation.ts'
import { batchNormLayer } from './batch-norm.ts'
import { convolutionLayer } from './convolution.ts'
import { denseLayer } from './dense.ts'
import { dropoutLayer } from './dropout.ts'
import type { Layer, Pass, Site } from './layer.ts'
import { type LayerSpec, lengthOf, type ParameterSpec, type PlacedLayer, placeLayers, sizeOf } from './layer-specs.ts'
import { maxPoolLayer } from './max-pool.ts'

export interface NetworkOptions {
  readonly layers: readonly LayerSpec[]
  readonly input: ImageShape
  /** Most rows of one pass. */
  readonly capacity: number
  readonly training: boolean
  readonly matrices?: Matrices
}

export interface Network {
  readonly matrices: Matrices
  readonly placed: readonly PlacedLayer[]
  /** Rows x inputs: write here before `forward`. */
  readonly inputs: Float32Array
  readonly inputSize: number
  readonly outputSize: number
  /** All weights, layer by layer. */
  readonly weights: Float32Array
  /** As long as `weights`; empty when not for training. */
  readonly gradients: Float32Array
  /** Most rows of one pass. */
  readonly capacity: number
  /** Rows x outputs, for the gradient of the loss; empty when not for training. */
  readonly slopes: Float32Array
  /** Rows x outputs; overwritten by the next pass. `watch` sees what each layer puts out. */
  forward(pass: Pass, watch?: (output: Float32Array, layer: number) => void): Float32Array
  /** Adds the gradients of all weights, given that of the outputs. */
  backward(dy: Float32Array, rows: number): void
}

export function createNetwork({ layers: specs, input, capacity, training, matrices = createMatrices() }: NetworkOptions): Network {
  const { layers: placed, weights: count } = placeLayers(specs, input)
  const weights = matrices.floats(count)
  const gradients = matrices.floats(training ? count : 0)
  const inputSize = sizeOf(input)
  const inputs = matrices.floats(capacity * inputSize)
  const layers = placed.map((layer, index) => {
    const parameters = layer.parameters.map((parameter) => {
      const until = parameter.offset + lengthOf(parameter)
      return { value: weights.subarray(parameter.offset, until), gradient: gradients.subarray(parameter.offset, until) }
    })
    const { input: from, output } = layer
    return openLayer(layer.spec, { matrices, input: from, output, capacity, training, first: index === 0, parameters })
  })
  const outputSize = sizeOf(placed.at(-1)?.output ?? input)
  const slopes = matrices.floats(training ? capacity * outputSize : 0)
  return {
    ...{ matrices, placed, inputs, inputSize, outputSize, capacity, slopes },
    weights,
    gradients,
    forward: (pass, watch) => {
      let x = inputs
      for (const [index, layer] of layers.entries()) {
        x = layer.forward(x, pass)
        watch?.(x, index)
      }
      return x
    },
    backward: (dy, rows) => {
      let slope = dy
      for (const layer of layers.toReversed()) slope = layer.backward(slope, rows)
    },
  }
}

function openLayer(spec: LayerSpec, site: Site): Layer {
  if (spec.type === 'dropout') return dropoutLayer(site, spec.rate)
  return opening[spec.type](site)
}

const opening = {
  dense: denseLayer,
  convolution: convolutionLayer,
  batch_norm: batchNormLayer,
  max_pool: maxPoolLayer,
  relu: reluLayer,
  tanh: tanhLayer,
  logistic: logisticLayer,
} as const

/** Weights before training: He et al. 2015 before a ReLU, variance 1 / inputs elsewhere. Offsets start at their constant. */
export function startWeights({ placed, weights }: Pick<Network, 'placed' | 'weights'>, random: () => number): void {
  for (const [index, { parameters }] of placed.entries()) {
    for (const parameter of parameters) {
      const run = weights.subarray(parameter.offset, parameter.offset + lengthOf(parameter))
      if (parameter.start === 'random') drawWeights(run, parameter, { random, gain: gainAfter(placed, index) })
      else run.fill(parameter.start)
    }
  }
}

function drawWeights(
  run: Float32Array,
  { fanIn }: ParameterSpec,
  { random, gain }: { readonly random: () => number; readonly gain: number },
) {
  const deviation = Math.sqrt(gain / fanIn)
  for (let i = 0; i < run.length; i++) run[i] = deviation * normal(random)
}

/** A ReLU halves the variance, so the layer before it starts with twice as much. */
function gainAfter(placed: readonly PlacedLayer[], index: number): 1 | 2 {
  const next = placed.slice(index + 1).find(({ spec }) => spec.type !== 'dropout' && spec.type !== 'batch_norm')
  return next?.spec.type === 'relu' ? 2 : 1
}

/** Box & Muller 1958. */
function normal(random: () => number): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random()))
  return radius * Math.cos(2 * Math.PI * random())
}
