import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { encodeModel, predictRecords } from '../models/model.ts'
import { exportModel } from './export.ts'
import { importModel } from './import.ts'
import { fitted } from './testing.ts'

const text = readFileSync(new URL('../../examples/sample/churn.lightgbm.txt', import.meta.url), 'utf8')
const utf8 = new TextEncoder()
const read = (words: string, wish = {}) => importModel(utf8.encode(words), wish)

describe('a LightGBM text', () => {
  it('answers as LightGBM 4.7 does, with its pandas categories by name', async () => {
    const model = await read(text, { target: 'churned', classes: ['no', 'yes'] })
    const records = [
      { tenure_months: 51, plan: 'standard', monthly_charge: 53.35, region: 'south', support_calls: 0, auto_pay: 'no', age: 73 },
      { tenure_months: 8, plan: 'standard', monthly_charge: 47.13, region: 'east', support_calls: 0, auto_pay: 'yes', age: 26 },
      { tenure_months: 2, plan: 'basic', monthly_charge: 22.7, region: 'east', support_calls: 3, auto_pay: 'no', age: 65 },
    ]
    const shares = predictRecords(model, records).map(({ probabilities }) => probabilities?.yes)
    const expected = [0.062147310282452115, 0.10002765565984117, 0.4708274340670202]
    for (const [i, share] of shares.entries()) expect(share).toBeCloseTo(expected[i] ?? 0, 14)
  })

  it('is the same after it was written and read again, decision by decision', async () => {
    const model = await read(text)
    const again = await read(new TextDecoder().decode(exportModel({ bytes: encodeModel(model), format: 'lightgbm' })))
    const record = { tenure_months: null, plan: null, monthly_charge: 1e9, region: 'mars', support_calls: -1, auto_pay: 'yes', age: null }
    /** Written without pandas, a category is its code. */
    const coded = { ...record, auto_pay: 1, region: 99 }
    expect(predictRecords(again, [coded])).toEqual(predictRecords(model, [record]))
  })

  it.each([
    ['as it is', (fval: number) => (Number.isNaN(fval) ? 'right' : fval <= -1 ? 'left' : 'right'), 8],
    ['sent left where it is missing', (fval: number) => (Number.isNaN(fval) || fval <= -1 ? 'left' : 'right'), 10],
    ['without missing values, NaN as 0', (fval: number) => ((Number.isNaN(fval) ? 0 : fval) <= -1 ? 'left' : 'right'), 0],
    ['with zeros missing, sent left', (fval: number) => (Number.isNaN(fval) || fval === 0 || fval <= -1 ? 'left' : 'right'), 6],
  ])('splits a number %s', async (_, side, decision) => {
    const model = await read(stump({ decision_type: String(decision) }))
    for (const x of [-2, -1, 0, 1, Number.NaN]) {
      const [{ value } = { value: 0 }] = predictRecords(model, [{ x: Number.isNaN(x) ? null : x }])
      expect([x, value]).toEqual([x, side(x) === 'left' ? 1 : 2])
    }
  })

  it.each([
    ['poisson', Math.exp(2)],
    ['gamma', Math.exp(2)],
    ['regression sqrt', 4],
    ['cross_entropy', 1 / (1 + Math.exp(-2))],
    ['cross_entropy_lambda', Math.log1p(Math.exp(2))],
    ['quantile', 2],
  ])('of objective %s answers on its own scale', async (objective, expected) => {
    const model = await read(stump({ objective }))
    expect(predictRecords(model, [{ x: 5 }])[0]?.value).toBeCloseTo(expected, 14)
  })

  it('of a random forest answers the mean of its trees', async () => {
    const model = await read(stump({ average: true, trees: 4 }))
    expect(predictRecords(model, [{ x: 5 }])[0]?.value).toBe(2)
  })

  it.each([
    ['an empty text', '', 'no ONNX model|does not begin'],
    ['another text', 'hello\nTree=0\n', 'no ONNX model'],
    ['a child that points back', stump({ left_child: '0' }), 'hang together'],
    ['a child outside the tree', stump({ left_child: '-9' }), 'hang together'],
    ['an unknown feature', stump({ split_feature: '7' }), 'feature 7 of 1'],
    ['a threshold that is no number', stump({ threshold: 'abc' }), 'threshold'],
    ['too few leaves', stump({ leaf_value: '1' }), '1 leaf_value where 2'],
    ['linear trees', stump({ is_linear: '1' }), 'linear trees'],
    ['an unknown objective', stump({ objective: 'magic' }), "objective is 'magic'"],
    ['a million million leaves', stump({ num_leaves: '1000000000000' }), 'num_leaves'],
    [
      'a class more than it has trees a round',
      stump({ objective: 'multiclass num_class:2' }),
      '1 trees a round where its objective needs 2',
    ],
    ['a set of categories that is not there', stump({ decision_type: '1' }), 'num_cat'],
  ])('that holds %s is refused in words', async (_, words, expected) => {
    await expect(read(words, words.startsWith('tree') ? {} : { format: 'lightgbm' })).rejects.toThrow(
      expect.objectContaining({
        code: 'invalid_input',
        message: expect.stringMatching(words.startsWith('tree') ? expected : 'does not begin'),
      }),
    )
  })

  it('with more category codes than a call takes arguments, and with many columns, is read', async () => {
    const codes = Array.from({ length: 300_000 }, (_, i) => i % 7).join(':')
    const categories = stump({ decision_type: '1', threshold: '0', num_cat: '1', cat_boundaries: '0 1', cat_threshold: '1' })
    const { columns } = await read(categories.replace('feature_infos=[0:1]', `feature_infos=${codes}`))
    expect(columns).toEqual([{ name: 'x', type: 'category', levels: ['0', '1', '2', '3', '4', '5', '6'] }])
    const many = Array.from({ length: 100_000 }, (_, i) => `f${i}`)
    const wide = stump({})
      .replace('max_feature_idx=0', `max_feature_idx=${many.length - 1}`)
      .replace('feature_names=x', `feature_names=${many.join(' ')}`)
      .replace('feature_infos=[0:1]', `feature_infos=${many.map((_, i) => (i === 0 ? '[0:1]' : '0:1')).join(' ')}`)
    expect((await read(wide)).columns).toHaveLength(many.length)
  })

  it('names as many classes as it tells apart', async () => {
    await expect(read(text, { classes: ['a', 'b', 'c'] })).rejects.toThrow('tells 2 classes apart, and classes names 3')
  })
})

describe('a model trained here', () => {
  it.each(['binary', 'multiclass', 'regression'] as const)('of task %s answers the same after LightGBM text', async (task) => {
    const { model, records } = fitted('gradient_boosting', task)
    const back = await read(new TextDecoder().decode(exportModel({ bytes: encodeModel(model), format: 'lightgbm' })), {
      ...(model.classes.length > 0 && { classes: model.classes }),
    })
    const codes = model.columns.map(({ name, ...column }) => [name, column.type === 'category' ? column.levels : null] as const)
    const coded = records.map((record) =>
      Object.fromEntries(codes.map(([name, levels]) => [name, levels ? levels.indexOf(String(record[name])) : record[name]])),
    )
    const [ours, theirs] = [
      predictRecords(model, records),
      predictRecords(
        back,
        coded.map((record) => ({ ...record, plan: record.plan === -1 ? null : record.plan })),
      ),
    ]
    for (const [i, { value, probabilities }] of ours.entries()) {
      if (probabilities === undefined) expect(Number(theirs[i]?.value)).toBeCloseTo(Number(value), 9)
      for (const [name, share] of Object.entries(probabilities ?? {})) expect(theirs[i]?.probabilities?.[name]).toBeCloseTo(share, 12)
    }
  })

  it('that is no sum of trees is refused with what can hold it', () => {
    const { model } = fitted('logistic', 'binary')
    expect(() => exportModel({ bytes: encodeModel(model), format: 'lightgbm' })).toThrow('Export it as onnx or json')
  })
})

interface Stump {
  readonly [field: string]: string | number | boolean | undefined
}

/** One split of x at -1: 1 left, 2 right. */
function stump({ objective = 'regression', average = false, trees = 1, ...fields }: Stump): string {
  const tree = {
    num_leaves: '2',
    num_cat: '0',
    split_feature: '0',
    split_gain: '1',
    threshold: '-1',
    decision_type: '8',
    left_child: '-1',
    right_child: '-2',
    leaf_value: '1 2',
    leaf_count: '3 4',
    ...fields,
  }
  const block = Object.entries(tree)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')
  const head = `tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=0\nobjective=${objective}\n${average ? 'average_output\n' : ''}feature_names=x\nfeature_infos=[0:1]\n\n`
  return `${head}${Array.from({ length: Number(trees) }, (_, i) => `Tree=${i}\n${block}\n\n`).join('')}end of trees\n\npandas_categorical:null\n`
}
