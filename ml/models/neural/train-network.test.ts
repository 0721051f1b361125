import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import { createMatrices } from '../../kernels/matrix.ts'
import type { CurvePoint, FitControl } from '../algorithm.ts'
import { answersOf, batchesOf, type Examples } from './examples.ts'
import { holdOut } from './hold-out.ts'
import { crossEntropy } from './loss.ts'
import { type TrainingOptions, trainNetwork } from './train-network.ts'

/** Images of 4 x 4 pixels: a bright row or a bright column, under noise. */
const rows = 90
const random = seededRandom(8)
const target = Float64Array.from({ length: rows }, (_, i) => i % 2)
const images = Float32Array.from({ length: rows * 16 }, (_, i) => {
  const row = Math.floor(i / 16)
  const place = Math.floor(row / 2) % 4
  const bright = target[row] === 1 ? Math.floor((i % 16) / 4) === place : i % 4 === place
  return (bright ? 1 : 0) + 0.6 * (random() - 0.5)
})
const examples: Examples = {
  rows,
  write: (some, into) => {
    for (const [i, row] of some.entries()) into.set(images.subarray(16 * row, 16 * row + 16), 16 * i)
  },
  answers: answersOf(target),
}
const split = holdOut({ rows, task: 'binary', target }, 0.2, 1)

const options: TrainingOptions = {
  layers: [
    { type: 'convolution', filters: 5 },
    { type: 'batch_norm' },
    { type: 'relu' },
    { type: 'max_pool' },
    { type: 'dropout', rate: 0.2 },
    { type: 'dense', outputs: 2 },
  ],
  input: { height: 4, width: 4, channels: 1 },
  loss: crossEntropy(2),
  batchSize: 16,
  learningRate: 0.02,
  maxEpochs: 12,
  earlyStoppingRounds: 100,
  alpha: 0.01,
}
const control: FitControl = { seed: 3, progress: () => undefined }
const train = (change: Partial<TrainingOptions> = {}, controls: Partial<FitControl> = {}) =>
  trainNetwork(examples, split, { ...options, ...change }, { ...control, ...controls })

describe('training a network', () => {
  it('learns, and tells the losses of every epoch', () => {
    const curve: CurvePoint[] = []
    const fractions: number[] = []
    train({}, { progress: (fraction, point) => curve.push(point ?? { step: 0 }) && fractions.push(fraction) })
    expect(curve.map(({ step }) => step)).toEqual([...Array(12).keys()].map((i) => i + 1))
    expect(curve.at(-1)?.validation_loss).toBeLessThan((curve[0]?.validation_loss ?? 0) / 1.5)
    expect(curve.at(-1)?.train_loss).toBeLessThan(0.5)
    expect(fractions.at(-1)).toBe(1)
  })

  it('gives the same bits for the same seed, and others for another', () => {
    expect(train().weights).toEqual(train().weights)
    expect(train({}, { seed: 4 }).weights).not.toEqual(train().weights)
  })

  it('gives the same bits without WebAssembly', () => {
    const maxEpochs = 3
    expect(train({ maxEpochs, matrices: createMatrices('javascript') }).weights).toEqual(train({ maxEpochs }).weights)
  })

  it.each([1, 4, 11])('goes on from a checkpoint after epoch %i and ends in the same bits', (epoch) => {
    const whole: CurvePoint[] = []
    const undisturbed = train({}, { progress: (_, point) => point && whole.push(point) })
    let saved: unknown
    let count = 0
    const save = (state: () => unknown): void => {
      if (++count === epoch) saved = structuredClone(state())
    }
    train({}, { checkpoint: { save } })
    const rest: CurvePoint[] = []
    const resumed = train({}, { checkpoint: { restored: saved, save: () => undefined }, progress: (_, point) => point && rest.push(point) })
    expect(resumed).toEqual(undisturbed)
    expect(rest).toEqual(whole.slice(epoch))
  })

  it('starts anew when a checkpoint is of another network', () => {
    let saved: unknown
    train({ layers: [{ type: 'dense', outputs: 2 }] }, { checkpoint: { save: (state) => (saved = state()) } })
    expect(train({}, { checkpoint: { restored: saved, save: () => undefined } })).toEqual(train())
    expect(train({}, { checkpoint: { restored: { epoch: 'first' }, save: () => undefined } })).toEqual(train())
  })

  it('stops when the rows held out say so, and keeps the weights of the best epoch', () => {
    const noise = { ...examples, answers: answersOf(Float64Array.from({ length: rows }, () => Math.floor(2 * random()))) }
    const curve: CurvePoint[] = []
    const progress: FitControl['progress'] = (_, point) => point && curve.push(point)
    const { epoch } = trainNetwork(noise, split, { ...options, maxEpochs: 200, earlyStoppingRounds: 5 }, { ...control, progress })
    const losses = curve.map(({ validation_loss: loss = 0 }) => loss)
    expect(curve.length).toBeLessThan(200)
    expect(losses[epoch - 1]).toBe(Math.min(...losses))
    expect(curve).toHaveLength(epoch + 5)
  })

  it('keeps the last epoch when no rows are held out', () => {
    const { epoch } = trainNetwork(examples, { ...split, held: new Uint32Array(0) }, { ...options, earlyStoppingRounds: 1 }, control)
    expect(epoch).toBe(12)
  })
})

describe('rows held out', () => {
  it('are the same for the same seed, and a share of every class', () => {
    const problem = {
      rows: 100,
      task: 'multiclass',
      target: Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 0 : i < 95 ? 1 : 2)),
    } as const
    const { train: kept, held } = holdOut(problem, 0.2, 7)
    expect(holdOut(problem, 0.2, 7).held).toEqual(held)
    expect([0, 1, 2].map((k) => [...held].filter((row) => problem.target[row] === k).length)).toEqual([12, 7, 1])
    expect([...kept, ...held].toSorted((a, b) => a - b)).toEqual([...Array(100).keys()])
  })

  it('are none when nothing is to be held out', () => {
    expect(holdOut({ rows: 5, task: 'regression', target: new Float64Array(5) }, 0, 1)).toMatchObject({ held: new Uint32Array(0) })
  })
})

describe('batches', () => {
  it('are as equal in size as can be', () => {
    const sizes = [...batchesOf(new Uint32Array(65), 32)].map(({ length }) => length)
    expect(sizes).toEqual([21, 22, 22])
  })
})
