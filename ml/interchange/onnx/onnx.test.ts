import { describe, expect, it } from 'vitest'
import { decodeModel, encodeModel, type Model, predictRecords } from '../../models/model.ts'
import { exportModel } from '../export.ts'
import { importModel, importOffLoop } from '../import.ts'
import { fitted } from '../testing.ts'
import { newGraph } from './graph.ts'
import { floorFloat32 } from './trees.ts'

const runtime = await import('onnxruntime-node').catch(() => undefined)
const { signal } = new AbortController()

/** What onnxruntime answers for records: the probabilities row by row, or the numbers. */
async function answered(model: Model, records: readonly Readonly<Record<string, unknown>>[]): Promise<readonly number[]> {
  if (runtime === undefined) return []
  const { InferenceSession, Tensor } = runtime
  const session = await InferenceSession.create(exportModel({ bytes: encodeModel(model), format: 'onnx' }))
  const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN)
  const rows = records.length
  const matrix = {
    X: new Tensor('float32', Float32Array.from(records.flatMap((record) => model.columns.map(({ name }) => number(record[name])))), [
      rows,
      model.columns.length,
    ]),
  }
  const perColumn = Object.fromEntries(
    model.columns.map(({ name, type }) => {
      const values = records.map((record) => record[name])
      return [
        name,
        type === 'number'
          ? new Tensor('float32', Float32Array.from(values, number), [rows, 1])
          : new Tensor(
              'string',
              values.map((value) => String(value ?? '')),
              [rows, 1],
            ),
      ]
    }),
  )
  const answers = await session.run(session.inputNames.includes('X') ? matrix : perColumn)
  return [...((answers.probabilities ?? answers.prediction)?.data ?? [])].map(Number)
}

describe.skipIf(runtime === undefined)('an exported ONNX model', () => {
  it.each([
    ['gradient_boosting', 'binary'],
    ['gradient_boosting', 'multiclass'],
    ['gradient_boosting', 'regression'],
    ['random_forest', 'multiclass'],
    ['random_forest', 'regression'],
    ['extra_trees', 'binary'],
    ['tree', 'binary'],
    ['tree', 'regression'],
    ['logistic', 'binary'],
    ['logistic', 'multiclass'],
    ['linear', 'regression'],
  ] as const)('of %s for a %s target answers in onnxruntime as here, unknown and missing categories included', async (algorithm, task) => {
    const { model, records } = fitted(
      algorithm,
      task,
      algorithm === 'linear' || algorithm === 'logistic' || algorithm === 'tree' ? {} : { n_estimators: 30 },
    )
    const asked = [...records, { ...records[0], plan: 'never seen' }, { ...records[1], plan: null, noise: null }]
    const ours = predictRecords(model, asked).flatMap(({ value, probabilities }) =>
      probabilities ? Object.values(probabilities) : [Number(value)],
    )
    const theirs = await answered(model, asked)
    expect(theirs).toHaveLength(ours.length)
    for (const [i, value] of ours.entries())
      expect(Math.abs((theirs[i] ?? Number.NaN) - value) / Math.max(1, Math.abs(value))).toBeLessThan(1e-5)
  })
})

it.skipIf(runtime === undefined)('boosting of counts answers on the scale of counts', async () => {
  const { model, records } = fitted('gradient_boosting', 'regression', { objective: 'poisson', n_estimators: 20 })
  const theirs = await answered(model, records)
  for (const [i, { value }] of predictRecords(model, records).entries()) expect((theirs[i] ?? 0) / Number(value)).toBeCloseTo(1, 5)
})

describe.skipIf(runtime === undefined)('an imported ONNX model', () => {
  const numbersOnly = (): Uint8Array => {
    const graph = newGraph('sum')
    const x = graph.input({ name: 'X', type: 'float', shape: ['rows', 3] })
    const sum = graph.node('MatMul', [x, graph.constant('float', [3, 1], [1, 10, 100])])
    graph.output(sum, { name: 'answer', type: 'float', shape: ['rows', 1] })
    return graph.write()
  }

  it('is asked like any other, by the names it is given', async () => {
    const model = decodeModel(await importOffLoop({ bytes: numbersOnly(), wish: { columns: ['a', 'b', 'c'], target: 'y' } }, signal))
    expect(
      predictRecords(model, [
        { a: 1, b: 2, c: 3 },
        { a: 4, b: 5, c: 6 },
      ]).map(({ value }) => value),
    ).toEqual([321, 654])
    expect(() => predictRecords(model, [{ a: 1, b: 'two', c: 3 }])).toThrow("'b' must be a number")
  })

  it.each([
    ['bytes that are no graph', async () => importModel(new Uint8Array([1, 2, 3]), { format: 'onnx' }), 'no ONNX model'],
    ['names that do not fit', async () => importModel(numbersOnly(), { columns: ['a'] }), 'reads 3 columns'],
    ['an output that is not there', async () => importModel(numbersOnly(), { output: 'other' }), "called 'other'"],
    [
      'weights in another file',
      async () => importModel(Uint8Array.from([...numbersOnly(), 10, 8, ...new TextEncoder().encode('location')]), { format: 'onnx' }),
      'other files',
    ],
  ])('is refused in words: %s', async (_, attempt, words) => {
    await expect(attempt()).rejects.toThrow(expect.objectContaining({ code: 'invalid_input', message: expect.stringContaining(words) }))
  })
})

describe('a threshold in float32', () => {
  it('is the largest that is not above', () => {
    for (const x of [0.1, -0.1, 1 / 3, -1e-50, 1e-50, 16_777_217, -16_777_217, 1e300, -1e300, 0, 2.5]) {
      const floor = floorFloat32(x)
      expect(floor <= x).toBe(true)
      expect(Math.fround(floor)).toBe(floor)
    }
    expect(floorFloat32(16_777_217)).toBe(16_777_216)
    expect(floorFloat32(2.5)).toBe(2.5)
  })
})
