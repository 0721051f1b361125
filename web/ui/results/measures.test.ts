/** Metrics, gaps and gates, drawn by their shape. */
import { describe, expect, it } from 'vitest'
import { shapeOf } from './shape.ts'

describe('judgements', () => {
  it('hold metrics, their intervals and a baseline in one place, the one that decided first', () => {
    const data = {
      metric: 'f2',
      metrics: { roc_auc: 0.8, f2: 0.3 },
      intervals: { roc_auc: { low: 0.7, high: 0.9 } },
      baseline: { roc_auc: 0.5, f2: 6e-17 },
    }
    expect(shapeOf(data)[1]).toEqual({
      kind: 'tiles',
      title: 'metrics',
      lead: 'f2',
      tiles: [
        { name: 'roc_auc', value: 0.8, baseline: 0.5, interval: [0.7, 0.9] },
        { name: 'f2', value: 0.3, baseline: 0, interval: undefined },
      ],
    })
  })

  it('stand side by side where two records hold the same measures', () => {
    const [by, table] = shapeOf({ by: 'cost', chosen: { at: 0.4, hits: 80, misses: 3 }, at_half: { at: 0.5, hits: 78, misses: null } })
    expect(by).toMatchObject({ kind: 'values' })
    expect(table).toMatchObject({
      kind: 'table',
      columns: ['measure', 'chosen', 'at_half'],
      rows: [
        { measure: 'at', chosen: 0.4, at_half: 0.5 },
        { measure: 'hits', chosen: 80, at_half: 78 },
        { measure: 'misses', chosen: 3 },
      ],
    })
  })

  it('put gates before gaps, and gaps before the groups, each rate with its interval', () => {
    const gaps = { demographic_parity_difference: 0.1, accuracy_difference: 1e-17, disparate_impact: 0.7, theil_index: 0.01 }
    const groups = [
      { tpr: 0.9, group: 'east', intervals: { tpr: { low: 0.8, high: 1 } } },
      { tpr: 0.8, group: 'west', intervals: { tpr: { low: 0.6, high: 0.9 } } },
    ]
    const gates = [{ measure: 'disparate_impact', limit: 0.8, value: 0.7, passed: false }]
    const blocks = shapeOf({ ...gaps, groups, gates, model: 'm', passed: false })
    expect(blocks.map((block) => ('title' in block ? block.title : block.kind))).toEqual(['values', 'gates', 'gaps', 'groups'])
    expect(blocks[2]).toMatchObject({ blocks: [{ entries: [['demographic_parity_difference', 0.1], ['accuracy_difference', 0], {}, {}] }] })
    expect(blocks[3]).toMatchObject({ columns: ['group', 'tpr'], rows: [{ intervals: { tpr: { low: 0.8 } } }, {}] })
    expect(shapeOf({ groups, gates: [], passed: true })[0]).toMatchObject({ kind: 'values', entries: [['gates', []]] })
  })

  it('show the first measures of a row and keep the others at hand', () => {
    const metrics = { roc_auc: 1, pr_auc: 1, accuracy: 1, f1: 1, precision: 1, recall: 1, mcc: 1, ks: 1 }
    expect(
      shapeOf({
        folds: [
          { fold: '1', metrics },
          { fold: '2', metrics },
        ],
      })[0],
    ).toMatchObject({
      folded: ['metrics.recall', 'metrics.mcc', 'metrics.ks'],
    })
  })
})
