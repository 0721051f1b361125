import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { ingestDataTool } from './ingest-data.ts'
import { inspectNetworkTool } from './inspect-network.ts'
import { registerModelTool } from './register-model.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

interface Picture {
  readonly height: number
  readonly width: number
  readonly values: readonly number[]
}

interface Inspected {
  readonly algorithm: string
  readonly parameters: number
  readonly layers: readonly {
    readonly type: string
    readonly parameters: number
    readonly output: { readonly height: number; readonly width: number; readonly channels: number }
    readonly weights?: { readonly counts: readonly number[] }
  }[]
  readonly filters: readonly (Picture & { readonly filter: number })[]
  readonly record?: {
    readonly image?: Picture
    readonly maps: readonly { readonly layer: number; readonly total: number; readonly maps: readonly Picture[] }[]
    readonly prediction: string
    readonly probabilities: Readonly<Record<string, number>>
  }
}

let millrace: TestMillrace

/** A bar of 8 x 8 pixels, lying or standing, at some row or column. */
function bar(kind: 'lying' | 'standing', place: number, noise: () => number): readonly number[] {
  return Array.from({ length: 64 }, (_, i) => ((kind === 'lying' ? Math.floor(i / 8) : i % 8) === place ? 9 : 0) + Math.floor(3 * noise()))
}

const pixelNames = Array.from({ length: 64 }, (_, i) => `pixel_${Math.floor(i / 8)}_${i % 8}`)
const recordOf = (pixels: readonly number[]) => Object.fromEntries(pixels.map((value, i) => [pixelNames[i] ?? '', value]))

beforeAll(async () => {
  millrace = await openTestMillrace([trainModelTool, ingestDataTool, registerModelTool, inspectNetworkTool])
  const random = seededRandom(3)
  const lines = Array.from({ length: 96 }, (_, i) => {
    const kind = i % 2 === 0 ? 'lying' : 'standing'
    return [...bar(kind, Math.floor(i / 2) % 8, random), kind].join(',')
  })
  const source = join(millrace.folder, 'bars.csv')
  await writeFile(source, [[...pixelNames, 'kind'].join(','), ...lines].join('\n'))
  await millrace.call('ingest_data', { source })
  const register = async (name: string, algorithm: string, params: Record<string, unknown>): Promise<void> => {
    const { run } = await millrace.call<{ run: string }>('train_model', { dataset: 'bars', target: 'kind', algorithm, params, folds: 2 })
    await millrace.call('register_model', { run, name })
  }
  await register('eye', 'cnn', { filters: [4, 6], max_epochs: 8, learning_rate: 0.01 })
  await register('flat', 'neural_network', { hidden_layers: [5, 3], max_epochs: 5 })
  await register('plain', 'logistic', {})
})

afterAll(() => millrace.close())

const standing = recordOf(bar('standing', 5, seededRandom(1)))

describe('inspect_network', () => {
  it('lists the layers of a convolutional network with their shapes and parameters', async () => {
    const { algorithm, layers, parameters } = await millrace.call<Inspected>('inspect_network', { model: 'eye' })
    expect(algorithm).toBe('cnn')
    const weighty = layers.filter((layer) => layer.weights).map(({ type, parameters: count }) => [type, count])
    expect(weighty).toEqual([
      ['convolution', 36],
      ['convolution', 144],
      ['convolution', 216],
      ['convolution', 324],
      ['dense', 2 * 2 * 6 * 2 + 2],
    ])
    expect(layers.filter(({ type }) => type === 'max_pool').map(({ output }) => output)).toEqual([
      { height: 4, width: 4, channels: 4 },
      { height: 2, width: 2, channels: 6 },
    ])
    expect(parameters).toBe(layers.reduce((sum, layer) => sum + layer.parameters, 0))
    expect(layers[0]?.weights?.counts.reduce((sum, count) => sum + count, 0)).toBe(36)
  })

  it('draws the first filters from 0 to 1, and no more than asked for', async () => {
    const { filters } = await millrace.call<Inspected>('inspect_network', { model: 'eye', most: 3 })
    expect(filters.map(({ filter }) => filter)).toEqual([0, 1, 2])
    for (const { values } of filters) {
      expect(values).toHaveLength(9)
      expect([Math.min(...values), Math.max(...values)]).toEqual([0, 1])
    }
  })

  it('shows what each convolution sees in a record, and what the network says of it', async () => {
    const { record } = await millrace.call<Inspected>('inspect_network', { model: 'eye', record: standing })
    expect(record?.prediction).toBe('standing')
    expect(record?.probabilities.standing).toBeGreaterThan(0.5)
    expect(record?.maps.map(({ layer, total, maps }) => [layer, total, maps[0]?.height, maps.length])).toEqual([
      [0, 4, 8, 4],
      [3, 4, 8, 4],
      [7, 6, 4, 6],
      [10, 6, 4, 6],
    ])
    const bright = record?.image?.values.map((value, i) => [value, i % 8] as const).filter(([value]) => value > 0.7)
    expect(bright?.map(([, column]) => column)).toEqual(Array(8).fill(5))
  })

  it('shows the sizes and weights of a multilayer perceptron, and no pictures', async () => {
    const { algorithm, layers, filters, record } = await millrace.call<Inspected>('inspect_network', { model: 'flat', record: standing })
    expect(algorithm).toBe('neural_network')
    expect(layers.filter(({ type }) => type === 'dense').map(({ output }) => output.channels)).toEqual([5, 3, 2])
    expect(filters).toEqual([])
    expect(record?.maps).toEqual([])
    expect(Object.keys(record?.probabilities ?? {})).toEqual(['lying', 'standing'])
  })

  it.each([
    [{ model: 'plain' }, /trained with logistic, which has no layers.*feature_importance/],
    [{ model: 'eye', record: { pixel_0_0: 1 } }, /pixel_0_1/],
    [{ model: 'nobody' }, /nobody/],
    [{ model: 'eye', most: 0 }, /most/],
  ])('refuses %j and says what to do', async (input, words) => {
    await expect(millrace.call('inspect_network', input)).rejects.toThrow(words)
  })
})
