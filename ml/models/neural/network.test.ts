import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import type { ImageShape } from '../../kernels/matrix.ts'
import type { LayerSpec } from './layer-specs.ts'
import { crossEntropy, type Loss, squaredError } from './loss.ts'
import { createNetwork, type Network, startWeights } from './network.ts'

const rows = 6

interface Setting {
  readonly layers: readonly LayerSpec[]
  readonly input: ImageShape
  readonly loss: Loss
  readonly target: Float64Array
  readonly weights?: Float64Array
}

/** The loss at the weights as they are, as training sees it: the same random numbers every time. */
function lossOf(network: Network, { loss, target, weights }: Setting, gradient?: Float32Array): number {
  const scores = network.forward({ rows, training: true, random: seededRandom(9) })
  return loss(scores, { rows, target, ...(weights && { weights }) }, gradient) / rows
}

/**
 * The gradient of each parameter times a random direction, beside the difference of the losses a step ahead and a step
 * back in that direction.
 */
function slopes(setting: Setting): readonly { readonly name: string; readonly slope: number; readonly difference: number }[] {
  const random = seededRandom(4)
  const network = createNetwork({ layers: setting.layers, input: setting.input, capacity: rows, training: true })
  startWeights(network, random)
  for (let i = 0; i < network.inputs.length; i++) network.inputs[i] = 2 * random() - 1
  const inputs = network.inputs.slice()
  lossOf(network, setting, network.slopes)
  network.backward(network.slopes, rows)
  const start = network.weights.slice()
  return network.placed.flatMap(({ spec, parameters }) =>
    parameters
      .filter(({ role }) => role !== 'statistic')
      .map(({ name, offset, dimensions }) => {
        const length = dimensions.reduce((product, each) => product * each, 1)
        const direction = Float64Array.from({ length }, () => 2 * random() - 1)
        const at = (step: number): number => {
          network.inputs.set(inputs)
          network.weights.set(start)
          for (let i = 0; i < length; i++) network.weights[offset + i] = (start[offset + i] ?? 0) + step * (direction[i] ?? 0)
          return lossOf(network, setting)
        }
        const slope = direction.reduce((sum, each, i) => sum + each * (network.gradients[offset + i] ?? 0), 0)
        return { name: `${spec.type} ${name}`, slope, difference: (at(2e-3) - at(-2e-3)) / 4e-3 }
      }),
  )
}

const flat = { height: 1, width: 1, channels: 5 }
const image = { height: 5, width: 4, channels: 2 }
const classes = Float64Array.of(0, 1, 2, 2, 1, 0)

const settings: Readonly<Record<string, Setting>> = {
  'dense layers with tanh': {
    layers: [{ type: 'dense', outputs: 7 }, { type: 'tanh' }, { type: 'dense', outputs: 3 }],
    input: flat,
    loss: crossEntropy(3),
    target: classes,
  },
  'weighted rows, logistic and dropout': {
    layers: [{ type: 'dense', outputs: 7 }, { type: 'logistic' }, { type: 'dropout', rate: 0.4 }, { type: 'dense', outputs: 1 }],
    input: flat,
    loss: squaredError,
    target: Float64Array.of(1, -1, 2, 0, 0.5, -2),
    weights: Float64Array.of(1, 2, 0.5, 1, 1, 0.5),
  },
  'convolutions, pooling and ReLU': {
    layers: [
      { type: 'convolution', filters: 3 },
      { type: 'tanh' },
      { type: 'convolution', filters: 5 },
      { type: 'relu' },
      { type: 'max_pool' },
      { type: 'dense', outputs: 3 },
    ],
    input: image,
    loss: crossEntropy(3),
    target: classes,
  },
  'batch normalisation': {
    layers: [
      { type: 'convolution', filters: 3 },
      { type: 'batch_norm' },
      { type: 'tanh' },
      { type: 'convolution', filters: 2 },
      { type: 'batch_norm' },
      { type: 'dropout', rate: 0.2 },
      { type: 'dense', outputs: 3 },
    ],
    input: image,
    loss: crossEntropy(3),
    target: classes,
  },
}

describe('the gradient', () => {
  it.each(Object.keys(settings))('of %s is what finite differences give', (name) => {
    const setting = settings[name]
    if (setting === undefined) throw new Error(name)
    const found = slopes(setting)
    expect(found.length).toBeGreaterThan(2)
    for (const { name: parameter, slope, difference } of found)
      expect(Math.abs(slope - difference), `${parameter}: ${slope} and ${difference}`).toBeLessThan(0.002 + 0.01 * Math.abs(difference))
  })
})

describe('a network', () => {
  const still = { training: false, random: () => 0.5 }

  it('starts with outputs about as large as its inputs, however deep', () => {
    const deep = Array.from({ length: 6 }, (): LayerSpec[] => [{ type: 'dense', outputs: 200 }, { type: 'relu' }]).flat()
    const network = createNetwork({ layers: deep, input: { height: 1, width: 1, channels: 200 }, capacity: 50, training: false })
    const random = seededRandom(1)
    startWeights(network, random)
    for (let i = 0; i < network.inputs.length; i++) network.inputs[i] = Math.sqrt(12) * (random() - 0.5)
    const scores = network.forward({ ...still, rows: 50 })
    const square = scores.reduce((sum, each) => sum + each * each, 0) / scores.length
    expect(square).toBeGreaterThan(0.3)
    expect(square).toBeLessThan(3)
  })

  it('gives a row the same bits alone and among others', () => {
    const { layers, input } = settings['batch normalisation'] ?? { layers: [], input: image }
    const [alone, together] = [1, rows].map((capacity) => createNetwork({ layers, input, capacity, training: false }))
    if (!alone || !together) throw new Error('two networks')
    startWeights(together, seededRandom(2))
    alone.weights.set(together.weights)
    const random = seededRandom(3)
    for (let i = 0; i < together.inputs.length; i++) together.inputs[i] = random()
    const all = [...together.forward({ ...still, rows })]
    for (let row = 0; row < rows; row++) {
      alone.inputs.set(together.inputs.subarray(row * alone.inputSize, (row + 1) * alone.inputSize))
      expect([...alone.forward({ ...still, rows: 1 })]).toEqual(all.slice(3 * row, 3 * row + 3))
    }
  })

  it('drops a share of the outputs in training only, and keeps their sum on average', () => {
    const input = { height: 1, width: 1, channels: 1000 }
    const network = createNetwork({ layers: [{ type: 'dropout', rate: 0.3 }], input, capacity: 1, training: true })
    network.inputs.fill(1)
    const dropped = [...network.forward({ rows: 1, training: true, random: seededRandom(5) })]
    expect(dropped.filter((value) => value === 0).length / 1000).toBeCloseTo(0.3, 1)
    expect(dropped.reduce((sum, value) => sum + value, 0) / 1000).toBeCloseTo(1, 1)
    network.inputs.fill(1)
    expect([...network.forward({ ...still, rows: 1 })].every((value) => value === 1)).toBe(true)
  })

  it('normalises a channel to mean 0 and variance 1 in training, and by running means in scoring', () => {
    const input = { height: 1, width: 1, channels: 1 }
    const network = createNetwork({ layers: [{ type: 'batch_norm' }], input, capacity: 4, training: true })
    startWeights(network, seededRandom(1))
    const batch = Float32Array.of(1, 3, 5, 7)
    for (let step = 0; step < 200; step++) {
      network.inputs.set(batch)
      const y = [...network.forward({ rows: 4, training: true, random: seededRandom(1) })]
      expect(y.map((value) => Math.round(1000 * value) / 1000)).toEqual([-1.342, -0.447, 0.447, 1.342])
    }
    network.inputs.set(batch)
    expect(network.forward({ ...still, rows: 4 })[0]).toBeCloseTo(-1.3416, 3)
  })
})
