/** The renderer knows no tool by name: these are the shapes tools return. */
import { describe, expect, it } from 'vitest'
import { columnProfile } from './column-profile.ts'
import { shapeOf } from './shape.ts'

const kinds = (data: unknown) => shapeOf(data).map((block) => block.kind)

describe('the shape of a result', () => {
  it('puts plain values first, measures into tiles, lists of records into tables', () => {
    const data = {
      metrics: { roc_auc: 0.84, log_loss: null },
      run: 'run_1',
      folds: [
        { fold: 1, roc_auc: 0.8 },
        { fold: 2, roc_auc: 0.9 },
      ],
      seconds: 2.4,
      warnings: ['Column id was left out.'],
      empty: {},
    }
    expect(shapeOf(data)).toEqual([
      {
        kind: 'values',
        entries: [
          ['run', 'run_1'],
          ['seconds', 2.4],
        ],
      },
      {
        kind: 'tiles',
        title: 'metrics',
        tiles: [
          { name: 'roc_auc', value: 0.84, baseline: undefined },
          { name: 'log_loss', value: null, baseline: undefined },
        ],
      },
      { kind: 'table', title: 'folds', columns: ['fold', 'roc_auc'], rows: data.folds },
      { kind: 'notes', title: 'warnings', notes: ['Column id was left out.'] },
    ])
  })

  it('sets metrics beside their baseline and leaves parameters plain', () => {
    const data = { metrics: { auc: 0.8 }, baseline: { auc: 0.5 }, params: { depth: 4, rate: 0.1 } }
    expect(shapeOf(data)).toEqual([
      { kind: 'tiles', title: 'metrics', tiles: [{ name: 'auc', value: 0.8, baseline: 0.5 }] },
      { kind: 'section', title: 'params', blocks: [{ kind: 'values', entries: Object.entries(data.params) }] },
    ])
  })

  it('draws hits and citations as passages', () => {
    const hits = [{ document: 'a.md', chunk: 3, title: 'A', text: 'words', score: 1.5, metadata: {} }]
    const citations = [{ document: 'a.md', chunk: 'c', quote: 'words' }]
    expect(shapeOf({ hits })[0]).toMatchObject({
      kind: 'passages',
      passages: [{ document: 'a.md', chunk: 3, score: 1.5, quote: undefined }],
    })
    expect(shapeOf({ answer: 'Five.', citations }).map(({ kind }) => kind)).toEqual(['prose', 'passages'])
  })

  it('joins column names with rows of a query, as lists or records', () => {
    const expected = [{ kind: 'table', title: '', columns: ['a', 'b'], rows: [{ a: 1, b: 'x' }] }]
    expect(shapeOf({ columns: ['a', 'b'], rows: [[1, 'x']] })).toEqual(expected)
    expect(shapeOf({ columns: [{ name: 'a' }, { name: 'b' }], rows: [{ a: 1, b: 'x' }] })).toEqual(expected)
  })

  it('spreads small records of a row over columns of their own', () => {
    const runs = [
      { run: 'r1', metrics: { auc: 0.8 }, params: {} },
      { run: 'r2', metrics: { auc: 0.7, f1: 0.5 }, params: {} },
    ]
    expect(shapeOf({ runs })[0]).toMatchObject({
      kind: 'table',
      columns: ['run', 'metrics.f1', 'metrics.auc', 'params'],
      rows: [
        { run: 'r1', 'metrics.auc': 0.8 },
        { run: 'r2', 'metrics.f1': 0.5 },
      ],
    })
  })

  it('draws a profile as columns with bars, whatever the histogram is called inside', () => {
    expect(columnProfile({ name: 'age', type: 'integer', missing: 2, histogram: { edges: [0, 10, 20], counts: [3, 4] } })).toEqual({
      name: 'age',
      type: 'integer',
      bars: [
        { label: '0 – 10', value: 3 },
        { label: '10 – 20', value: 4 },
      ],
      facts: [['missing', 2]],
    })
    expect(columnProfile({ name: 'plan', top: [{ value: 'pro', count: 5 }] }).bars).toEqual([{ label: 'pro', value: 5 }])
    expect(columnProfile({ name: 'x', histogram: [{ from: 0, to: 1, count: 2 }] }).bars).toEqual([{ label: '0 – 1', value: 2 }])
    const spread = { mean: 2.123456, quantiles: [0, 0.25, 0.5, 1].map((q) => ({ q, value: q })), histogram: [] }
    expect(columnProfile({ name: 'x', spread }).facts).toEqual([
      ['min', '0'],
      ['median', '0.5'],
      ['max', '1'],
      ['mean', '2.123'],
    ])
    const days = { name: 'day', type: 'date', spread: { mean: null, histogram: [{ from: 0, to: 86_400_000, count: 1 }] } }
    expect(columnProfile(days).bars).toEqual([{ label: '1970-01-01 – 1970-01-02', value: 1 }])
    expect(kinds({ columns: [{ name: 'age', histogram: [] }] })).toEqual(['columns'])
  })

  it('draws pushes of features, a confusion matrix and a curve', () => {
    expect(shapeOf({ contributions: [{ feature: 'age', value: 41, shap: -0.2 }] })[0]).toEqual({
      kind: 'bars',
      title: 'contributions',
      bars: [{ label: 'age = 41', value: -0.2 }],
    })
    const confusion = {
      labels: ['no', 'yes'],
      matrix: [
        [5, 1],
        [2, 3],
      ],
    }
    expect(kinds({ confusion })).toEqual(['matrix'])
    expect(
      kinds({
        confusion: {
          classes: ['no', 'yes'],
          counts: [
            [5, 1],
            [2, 3],
          ],
        },
      }),
    ).toEqual(['matrix'])
    const roc = Array.from({ length: 10 }, (_, i) => ({ fpr: i / 10, tpr: i / 9 }))
    expect(shapeOf({ roc_curve: roc })[0]).toMatchObject({ kind: 'curve', x: 'fpr', y: 'tpr' })
    const curves = [{ class: 'yes', roc: roc.map((point) => ({ threshold: null, ...point })) }]
    expect(shapeOf({ curves })).toMatchObject([{ kind: 'section', title: 'class yes', blocks: [{ kind: 'curve', x: 'fpr', y: 'tpr' }] }])
  })

  it('says warnings as notes, plain or as records with a message', () => {
    const expected = [{ kind: 'notes', title: 'warnings', notes: ['Look at age.'] }]
    expect(shapeOf({ warnings: ['Look at age.'] })).toEqual(expected)
    expect(shapeOf({ warnings: [{ kind: 'leak', columns: ['age'], message: 'Look at age.' }] })).toEqual(expected)
  })

  it('never throws and never loses a field, whatever comes', () => {
    let deep: unknown = { end: 1 }
    for (let i = 0; i < 50; i++) deep = { inner: [deep] }
    for (const odd of [null, undefined, 'text', 7, true, [], {}, [[]], [null], [1, 'a', {}], { a: [[1], [2]] }, deep])
      expect(() => shapeOf(odd)).not.toThrow()
    const shown = JSON.stringify(shapeOf({ a: null, b: [], c: { d: { e: [{ f: 'needle' }] } }, g: 'x'.repeat(500) }))
    for (const part of ['"a"', '"b"', 'needle', 'x'.repeat(500)]) expect(shown).toContain(part)
  })
})
