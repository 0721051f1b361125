/**
 * A fitted network as data that a page can draw: its layers with their weights, the filters of its first layer and, for
 * one record, what each convolution sees in it. Everything is bounded, however large the network is.
 */
import { Fault } from '../../../platform/fault.ts'
import type { ImageShape } from '../../kernels/matrix.ts'
import { fittedCnn } from '../cnn.ts'
import type { Model } from '../model.ts'
import { predictRecords } from '../model.ts'
import { fittedNeuralNetwork } from '../neural-network.ts'
import { recordReader } from '../records.ts'
import { imagesOf, shapeOfImage } from './images.ts'
import { lengthOf, type PlacedLayer, placeLayers } from './layer-specs.ts'
import { type FittedNetwork, openNetwork } from './network-scorer.ts'
import { histogramOf, type Picture, pictureOf, type WeightHistogram } from './pictures.ts'
import { encodedWidth } from './table-encoding.ts'

export interface LayerView {
  readonly type: PlacedLayer['spec']['type']
  readonly input: ImageShape
  readonly output: ImageShape
  /** Numbers that training found for it. */
  readonly parameters: number
  /** Share that training drops; dropout only. */
  readonly rate?: number
  /** Of what it multiplies by; layers with weights only. */
  readonly weights?: WeightHistogram
}

export interface NetworkView {
  readonly algorithm: 'neural_network' | 'cnn'
  readonly input: ImageShape
  readonly parameters: number
  /** Epoch whose weights these are. */
  readonly epoch: number
  readonly layers: readonly LayerView[]
  /** Of the first convolution; none in a multilayer perceptron. */
  readonly filters: readonly (Picture & { readonly filter: number; readonly channel: number })[]
  readonly record?: RecordView
}

export interface RecordView {
  /** As the network sees it; absent in a multilayer perceptron. */
  readonly image?: Picture
  /** What each convolution sees, after its activation. */
  readonly maps: readonly LayerMaps[]
  readonly prediction: string | number
  /** Probability by class; absent for numbers. */
  readonly probabilities?: Readonly<Record<string, number>>
}

export interface LayerMaps {
  /** "convolution 2". */
  readonly name: string
  /** Its index among the layers. */
  readonly layer: number
  readonly total: number
  /** The first of them. */
  readonly maps: readonly Picture[]
}

export interface ViewQuestion {
  readonly record?: Readonly<Record<string, unknown>>
  /** Most filters, and most maps of a layer. */
  readonly most: number
}

/** Throws `invalid_input` when the model is no network, or the record not one it can read. */
export function networkView(model: Model, { record, most }: ViewQuestion): NetworkView {
  const network = networkOf(model)
  const { layers, weights } = placeLayers(network.layers, network.input)
  return {
    algorithm: network.algorithm,
    input: network.input,
    parameters: weights,
    epoch: network.epoch,
    layers: layers.map((layer) => layerView(layer, network.weights)),
    filters: filtersOf(layers[0], network.weights, most),
    ...(record && { record: recordView(model, network, { record, most }) }),
  }
}

interface ViewedNetwork extends FittedNetwork {
  readonly algorithm: 'neural_network' | 'cnn'
  readonly epoch: number
  /** The pixels of one row; absent in a multilayer perceptron. */
  readonly image?: (row: Float64Array) => Float32Array
}

function networkOf({ algorithm, fitted }: Model): ViewedNetwork {
  if (algorithm === 'neural_network') {
    const { columns, layers, weights, epoch } = fittedNeuralNetwork.parse(fitted)
    return { algorithm, layers, weights, epoch, input: { height: 1, width: 1, channels: encodedWidth(columns) } }
  }
  if (algorithm === 'cnn') {
    const { image, layers, weights, epoch } = fittedCnn.parse(fitted)
    const input = shapeOfImage(image)
    const draw = (row: Float64Array): Float32Array =>
      imagesOf(
        image,
        Array.from(row, (value) => Float64Array.of(value)),
        1,
      )
    return { algorithm, layers, weights, epoch, input, image: draw }
  }
  throw new Fault(
    'invalid_input',
    `This model was trained with ${algorithm}, which has no layers. Use feature_importance, or inspect a neural_network or cnn.`,
  )
}

function layerView({ spec, input, output, parameters }: PlacedLayer, weights: Float32Array): LayerView {
  const learned = parameters.find(({ role }) => role === 'weight')
  return {
    type: spec.type,
    input,
    output,
    parameters: parameters.reduce((sum, parameter) => sum + lengthOf(parameter), 0),
    ...(spec.type === 'dropout' && { rate: spec.rate }),
    ...(learned && { weights: histogramOf(weights.subarray(learned.offset, learned.offset + lengthOf(learned))) }),
  }
}

/** A picture of 3 x 3 weights for each filter and channel of a first convolution. */
function filtersOf(first: PlacedLayer | undefined, weights: Float32Array, most: number): NetworkView['filters'] {
  if (first?.spec.type !== 'convolution') return []
  const { channels } = first.input
  const { filters } = first.spec
  const offset = first.parameters[0]?.offset ?? 0
  return Array.from({ length: Math.min(most, filters * channels) }, (_, i) => {
    const [filter, channel] = [Math.floor(i / channels), i % channels]
    const values = Float32Array.from({ length: 9 }, (__, tap) => weights[offset + (tap * channels + channel) * filters + filter] ?? 0)
    return { filter, channel, ...pictureOf(values, { height: 3, width: 3, channels: 1 }) }
  })
}

function recordView(model: Model, network: ViewedNetwork, { record = {}, most }: ViewQuestion): RecordView {
  const [prediction] = predictRecords(model, [record])
  const row = new Float64Array(model.columns.length)
  recordReader(model.columns, [...model.ignored, model.target]).read(record, row, 0)
  const answer = { prediction: prediction?.value ?? '', ...(prediction?.probabilities && { probabilities: prediction.probabilities }) }
  const image = network.image?.(row)
  return image ? { image: pictureOf(image, network.input), maps: mapsOf(network, image, most), ...answer } : { maps: [], ...answer }
}

/** The maps of each convolution as its activation leaves them: only what a ReLU lets through goes on. */
function mapsOf(fitted: FittedNetwork, image: Float32Array, most: number): RecordView['maps'] {
  const network = openNetwork(fitted, 1)
  network.inputs.set(image)
  const seen: LayerMaps[] = []
  let convolution = -1
  network.forward({ rows: 1, training: false, random: () => 0.5 }, (output, index) => {
    const layer = network.placed[index]
    if (layer?.spec.type === 'convolution') convolution = index
    if (layer?.spec.type !== 'relu' || convolution < 0) return
    const total = layer.output.channels
    const maps = Array.from({ length: Math.min(most, total) }, (_, channel) => pictureOf(output, layer.output, channel))
    seen.push({ name: `convolution ${seen.length + 1}`, layer: convolution, total, maps })
    convolution = -1
  })
  return seen
}
