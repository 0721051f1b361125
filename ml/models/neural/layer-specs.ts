/** What a network is made of, as data: a list of layers. From it follow the shapes and how many weights each layer has. */
import { z } from 'zod'
import type { ImageShape } from '../../kernels/matrix.ts'

const width = z.int().min(1).max(65_536)

export const layerSpec = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('dense').describe('Every output sees every input'), outputs: width.describe('Outputs') }),
  z.strictObject({ type: z.literal('convolution').describe('3 x 3, same size, no bias'), filters: width.describe('Filters') }),
  z.strictObject({ type: z.literal('batch_norm').describe('Ioffe & Szegedy 2015, by channel') }),
  z.strictObject({ type: z.literal('max_pool').describe('Largest of 2 x 2 pixels') }),
  z.strictObject({
    type: z.literal('dropout').describe('Srivastava et al. 2014'),
    rate: z.number().min(0).lt(1).describe('Share of outputs that training drops'),
  }),
  z.strictObject({ type: z.literal('relu').describe('max(0, x)') }),
  z.strictObject({ type: z.literal('tanh').describe('Hyperbolic tangent') }),
  z.strictObject({ type: z.literal('logistic').describe('1 / (1 + exp(-x))') }),
])
export type LayerSpec = z.output<typeof layerSpec>

/** How a run of weights starts, and whether training moves it by gradient and shrinks it (L2). */
export interface ParameterSpec {
  readonly name: string
  /** Rows x columns, or 3 x 3 x channels x filters. */
  readonly dimensions: readonly number[]
  /** A weight is learned and shrunk, an offset is learned, a statistic is kept by the layer itself. */
  readonly role: 'weight' | 'offset' | 'statistic'
  /** The first value; weights start at random. */
  readonly start: 0 | 1 | 'random'
  /** How many inputs are summed: He et al. 2015 start with variance 2 / this. */
  readonly fanIn: number
}

export const lengthOf = ({ dimensions }: ParameterSpec): number => dimensions.reduce((product, each) => product * each, 1)
export const sizeOf = ({ height, width: across, channels }: ImageShape): number => height * across * channels

/** The shape of what comes out; a dense layer gives one pixel with a channel per output. */
function outputShape(spec: LayerSpec, input: ImageShape): ImageShape {
  if (spec.type === 'dense') return { height: 1, width: 1, channels: spec.outputs }
  if (spec.type === 'convolution') return { ...input, channels: spec.filters }
  if (spec.type === 'max_pool') return { ...input, height: Math.ceil(input.height / 2), width: Math.ceil(input.width / 2) }
  return input
}

function parameterSpecs(spec: LayerSpec, input: ImageShape): readonly ParameterSpec[] {
  if (spec.type === 'dense') {
    const fanIn = sizeOf(input)
    return [
      { name: 'weights', dimensions: [fanIn, spec.outputs], role: 'weight', start: 'random', fanIn },
      { name: 'bias', dimensions: [spec.outputs], role: 'offset', start: 0, fanIn },
    ]
  }
  if (spec.type === 'convolution') {
    const dimensions = [3, 3, input.channels, spec.filters]
    return [{ name: 'filters', dimensions, role: 'weight', start: 'random', fanIn: 9 * input.channels }]
  }
  if (spec.type !== 'batch_norm') return []
  const each = { dimensions: [input.channels], fanIn: 1 } as const
  return [
    { ...each, name: 'scale', role: 'offset', start: 1 },
    { ...each, name: 'shift', role: 'offset', start: 0 },
    { ...each, name: 'mean', role: 'statistic', start: 0 },
    { ...each, name: 'variance', role: 'statistic', start: 1 },
  ]
}

export interface PlacedLayer {
  readonly spec: LayerSpec
  readonly input: ImageShape
  readonly output: ImageShape
  readonly parameters: readonly (ParameterSpec & { readonly offset: number })[]
}

/** Where each layer's weights stand in the one list of all weights, and the length of that list. */
export function placeLayers(
  specs: readonly LayerSpec[],
  input: ImageShape,
): { readonly layers: readonly PlacedLayer[]; readonly weights: number } {
  let weights = 0
  let shape = input
  const layers = specs.map((spec) => {
    const from = shape
    shape = outputShape(spec, from)
    const parameters = parameterSpecs(spec, from).map((parameter) => {
      const offset = weights
      weights += lengthOf(parameter)
      return { ...parameter, offset }
    })
    return { spec, input: from, output: shape, parameters }
  })
  return { layers, weights }
}

/** Numbers that the layers of one pass may hold: 512 MB. */
const mostFloats = 128_000_000

/** How many rows one pass can take: each layer keeps about its output, its gradient and padded copies of both. */
export function rowsThatFit(specs: readonly LayerSpec[], input: ImageShape): number {
  const floats = placeLayers(specs, input).layers.reduce((sum, { output }) => sum + 4 * sizeOf(output), 4 * sizeOf(input))
  return Math.max(1, Math.floor(mostFloats / floats))
}
