import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Frame } from '../data/frame.ts'
import { fitModel } from '../training/jobs.ts'
import { plan } from '../training/plan.ts'
import { customers, flats, frameOf, numberColumn, textColumn } from '../training/testing.ts'
import { decodeModel, encodeModel, type Model, modelSignature, predictFrame, predictRecords, scoreFrame } from './model.ts'
import { encodeValue } from './model-bytes.ts'

function modelOf(frame: Frame, target: string, algorithm: string): Model {
  return fitModel(plan(frame, { target, algorithm, folds: 2 }), { target, algorithm, params: {}, seed: 0 }, { progress: () => undefined })
}

const churn = modelOf(customers(400, 1), 'churned', 'gradient_boosting')
const price = modelOf(flats(200, 1), 'price', 'linear')
const ada = { age: 70, plan: 'pro', noise: 0.5 }

describe('a model', () => {
  it.each(['logistic', 'tree', 'gradient_boosting'])('of %s predicts raw records as it predicts a table', (algorithm) => {
    const frame = customers(120, 2)
    const model = modelOf(frame, 'churned', algorithm)
    const records = Array.from({ length: 120 }, (_, row) =>
      Object.fromEntries(
        frame.columns
          .filter(({ name }) => name !== 'churned')
          .map((column) => [column.name, column.type === 'number' ? column.values[row] : (column.levels[column.codes[row] ?? -1] ?? null)]),
      ),
    )
    expect(predictRecords(model, records)).toEqual(predictFrame(model, frame))
  })

  it('answers with a class of the data and probabilities that add up to 1', () => {
    const [prediction] = predictRecords(churn, [ada])
    expect(prediction?.value).toBe('yes')
    expect(Object.keys(prediction?.probabilities ?? {})).toEqual(['no', 'yes'])
    expect(Object.values(prediction?.probabilities ?? {}).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  })

  it('answers a number for a regression', () => {
    expect(predictRecords(price, [{ rooms: 3, quarter: 'old town' }])[0]?.value).toBeCloseTo(350, -1)
    expect(predictRecords(price, [{ rooms: 3, quarter: 'old town' }])[0]).not.toHaveProperty('probabilities')
  })

  it('says of numbers that no answer can hold which record has them', () => {
    const huge = modelOf(flats(200, 1), 'price', 'linear')
    const record = { rooms: 1e308, quarter: 'harbour' }
    expect(() => predictRecords(huge, [{ ...record, rooms: 2 }, record])).toThrow(/^Record 1 has numbers too large for this model/)
    const frame = frameOf(numberColumn('rooms', [2, 1e308]), textColumn('quarter', ['harbour', 'harbour']))
    expect(() => predictFrame(huge, frame, 10)).toThrow(/^Row 12 has numbers too large/)
    expect(() => scoreFrame(huge, frame)).toThrow(/^Row 2 has numbers too large/)
  })

  it('keeps the probability of a class whatever it is called', () => {
    const odd = { ...churn, classes: ['no', '__proto__'] }
    const { value = '', probabilities } = predictRecords(odd, [ada])[0] ?? {}
    expect(value).toBe('__proto__')
    expect(Object.entries(probabilities ?? {}).map(([name]) => name)).toEqual(['no', '__proto__'])
  })

  it.each([
    ['logistic', customers(100, 1), 'churned', { classes: ['no', 'yes', 'no'] }],
    ['logistic', customers(100, 1), 'churned', { task: 'multiclass', classes: ['no', 'yes', 'perhaps'] }],
    ['logistic', customers(100, 1), 'churned', { task: 'anomaly' }],
    ['naive_bayes', customers(100, 1), 'churned', { task: 'recommendation', classes: [] }],
    ['linear', flats(100, 1), 'price', { task: 'binary', classes: ['a', 'b'] }],
  ] as const)('of %s is refused with answers that it cannot give', (algorithm, frame, target, wrong) => {
    const bytes = encodeValue({ ...modelOf(frame, target, algorithm), ...wrong })
    expect(() => decodeModel(bytes)).toThrow(/not a model that Millrace can read/)
  })

  it.each(['tree', 'random_forest', 'extra_trees'])('of %s is refused when a leaf answers no shares of classes', (algorithm) => {
    const found = modelOf(customers(100, 1), 'churned', algorithm)
    const trees = z.looseObject({ trees: z.looseObject({ leafValue: z.instanceof(Float64Array) }) }).parse(found.fitted)
    trees.trees.leafValue[0] = 100
    expect(() => decodeModel(encodeModel({ ...found, fitted: trees }))).toThrow(/not a model that Millrace can read/)
  })

  it('says what it reads and what it answers', () => {
    expect(modelSignature(churn)).toEqual({
      inputs: [
        { name: 'age', type: 'number' },
        { name: 'plan', type: 'category', levels: ['basic', 'plus', 'pro'] },
        { name: 'noise', type: 'number' },
      ],
      target: 'churned',
      task: 'binary',
      classes: ['no', 'yes'],
    })
  })

  it('keeps number classes as numbers', () => {
    const numbers = frameOf(
      numberColumn('x', [...Array(40).keys()]),
      numberColumn(
        'digit',
        [...Array(40).keys()].map((i) => (i < 20 ? 1 : 7)),
      ),
    )
    const model = modelOf(
      frameOf(
        ...numbers.columns,
        numberColumn(
          'y',
          [...Array(40).keys()].map((i) => (i * 7) % 11),
        ),
      ),
      'digit',
      'tree',
    )
    expect(model.classes).toEqual([1, 7])
    expect(typeof predictRecords(model, [{ y: 3, x: 30 }])[0]?.value).toBe('number')
  })

  it('is the same after its bytes', () => {
    const bytes = encodeModel(churn)
    const again = decodeModel(bytes)
    expect(again).toEqual(churn)
    expect(encodeModel(again)).toEqual(bytes)
    expect(predictRecords(again, [ada])).toEqual(predictRecords(churn, [ada]))
  })
})

describe('a calibrated model', () => {
  const calibrated: Model = { ...churn, calibration: { method: 'platt', curves: [{ slope: -0.5, intercept: 1 }] } }

  it('answers with the calibrated probability, row by row, in tables and after its bytes', () => {
    const raw = predictRecords(churn, [ada])[0]?.probabilities?.yes ?? 0
    const expected = 1 / (1 + Math.exp(-0.5 * Math.log(raw / (1 - raw)) + 1))
    const [prediction] = predictRecords(decodeModel(encodeModel(calibrated)), [ada])
    expect(prediction?.probabilities?.yes).toBeCloseTo(expected, 12)
    expect(prediction?.probabilities?.no).toBeCloseTo(1 - expected, 12)
    const frame = frameOf(numberColumn('age', [70]), textColumn('plan', ['pro']), numberColumn('noise', [0.5]))
    expect(predictFrame(calibrated, frame)).toEqual([prediction])
  })

  it('keeps typed corners in its bytes', () => {
    const isotonic: Model = {
      ...churn,
      calibration: { method: 'isotonic', curves: [{ x: Float64Array.of(0, 1), y: Float64Array.of(0.25, 0.75) }] },
    }
    expect(decodeModel(encodeModel(isotonic))).toEqual(isotonic)
    expect(predictRecords(isotonic, [ada])[0]?.probabilities?.yes).toBeLessThan(0.75)
  })
})

describe('records', () => {
  it('may miss a value as null, hold a level never seen, and carry the target', () => {
    expect(
      predictRecords(churn, [
        { ...ada, plan: null },
        { ...ada, plan: 'platinum' },
        { ...ada, churned: 'no' },
      ]),
    ).toHaveLength(3)
  })

  it.each([
    [{ age: 70, plan: 'pro' }, /Record 0.*'noise' is missing; add it/],
    [{ ...ada, agee: 1 }, /'agee' is not one the model reads/],
    [{ plan: 'pro', noise: 1, Age: 70 }, /'Age' is not one the model reads; did you mean 'age'/],
    [{ ...ada, age: 'seventy' }, /'age' must be a number, found "seventy"/],
    [{ ...ada, plan: 5 }, /'plan' must be text such as 'basic', 'plus', 'pro', found 5/],
    [{ ...ada, plan: { name: 'pro' } }, /'plan' must be text/],
  ])('that do not fit are refused in words: %j', (record, words) => {
    expect(() => predictRecords(churn, [record])).toThrow(words)
  })

  it('that do not fit name every field and where the record stands', () => {
    const attempt = (): unknown => predictRecords(churn, [ada, { age: 'x', plan: 1, noise: 0 }])
    expect(attempt).toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        errors: [
          { path: '1.age', message: expect.any(String) },
          { path: '1.plan', message: expect.any(String) },
        ],
      }),
    )
  })

  it('are not read through their prototype', () => {
    const model = modelOf(
      frameOf(
        numberColumn(
          'constructor',
          [...Array(60).keys()].map((i) => (i * 7) % 13),
        ),
        textColumn(
          'y',
          [...Array(60).keys()].map((i) => (i % 2 ? 'a' : 'b')),
        ),
      ),
      'y',
      'logistic',
    )
    expect(() => predictRecords(model, [{}])).toThrow(/'constructor' is missing/)
  })
})

describe('tables', () => {
  it('may have more columns in any order', () => {
    const frame = customers(50, 3)
    const other = frameOf(...frame.columns.toReversed(), numberColumn('extra', Array(50).fill(1)))
    expect(predictFrame(churn, other)).toEqual(predictFrame(churn, frame))
  })

  it('without a column the model reads are refused', () => {
    expect(() => predictFrame(churn, frameOf(numberColumn('age', [1])))).toThrow(/no columns 'plan', 'noise'/)
  })

  it('with text where the model wants numbers are refused', () => {
    const frame = frameOf(textColumn('age', ['old']), textColumn('plan', ['pro']), numberColumn('noise', [0]))
    expect(() => predictFrame(churn, frame)).toThrow(/'age' holds text/)
  })
})

describe('bytes that are not a model', () => {
  const bytes = encodeModel(churn)
  const changed = (
    change: (model: { algorithm: string; fitted: { trees: Record<string, unknown> }; columns: unknown[] }) => void,
  ): Uint8Array => {
    const model = structuredClone<unknown>(churn)
    change(Object(model))
    return encodeValue(model)
  }

  it.each([
    ['nothing', new Uint8Array()],
    ['noise', Uint8Array.of(0xff, 0xfe, 0, 1, 2)],
    ['other JSON', new TextEncoder().encode('{"format":"other"}')],
    ['half a model', bytes.slice(0, bytes.length / 2)],
    [
      'an algorithm nobody knows',
      changed((model) => {
        model.algorithm = 'magic'
      }),
    ],
    [
      'a tree that loops',
      changed((model) => {
        model.fitted.trees.left = new Int32Array(3)
      }),
    ],
    [
      'a tree on a column that is not there',
      changed((model) => {
        model.columns.pop()
        model.columns.pop()
      }),
    ],
  ])('are a Fault: %s', (_, bytes) => {
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ name: 'Fault', code: 'invalid_input' }))
  })
})
