/** Pictures that results are, told by their shape. */
import { describe, expect, it } from 'vitest'
import { shapeOf } from './shape.ts'

const kinds = (data: unknown) => shapeOf(data).map((block) => block.kind)

describe('pictures', () => {
  it('are learning curves where records count steps', () => {
    const curve = [
      { step: 1, train_loss: 0.7 },
      { step: 2, train_loss: 0.5, validation_loss: 0.6 },
    ]
    expect(shapeOf({ curve })).toEqual([
      {
        kind: 'lines',
        title: 'curve',
        x: 'step',
        series: [
          {
            name: 'train_loss',
            points: [
              [1, 0.7],
              [2, 0.5],
            ],
          },
          { name: 'validation_loss', points: [[2, 0.6]] },
        ],
        faint: [],
      },
    ])
  })

  it('are lines of an answer over a number, and bars over a category', () => {
    const axis = { feature: 'age', type: 'number', values: [20, 40, 60] }
    const [numbers] = shapeOf({ axes: [axis], mean: [0.1, 0.2, 0.4], lines: [[0.1, 0.1, 0.3]] })
    expect(numbers).toMatchObject({
      kind: 'lines',
      x: 'age',
      faint: [
        [
          [20, 0.1],
          [40, 0.1],
          [60, 0.3],
        ],
      ],
    })
    const [texts] = shapeOf({ axes: [{ ...axis, type: 'category', values: ['a', 'b'] }], mean: [0.1, 0.2], lines: [] })
    expect(texts).toMatchObject({
      kind: 'bars',
      bars: [
        { label: 'a', value: 0.1 },
        { label: 'b', value: 0.2 },
      ],
    })
  })

  it('are swarms where columns have points, and bars where they have none', () => {
    const features = [{ feature: 'age', importance: 2, points: [{ value: 61, shap: 0.8, shade: 1 }] }]
    expect(shapeOf({ features })).toEqual([{ kind: 'swarm', title: 'features', rows: [{ label: 'age', points: [{ x: 0.8, shade: 1 }] }] }])
    expect(
      kinds({
        features: [
          { feature: 'age', importance: 2 },
          { feature: 'plan', importance: 1 },
        ],
      }),
    ).toEqual(['bars'])
  })

  it('are grey images where records hold grids', () => {
    const pixels = [
      [0, 1],
      [0.5, 0],
    ]
    const flat = { filter: 3, low: 0, high: 2, width: 2, height: 2, values: pixels.flat() }
    expect(shapeOf({ maps: [flat] })).toMatchObject([{ kind: 'images', images: [{ name: 'filter 3', cells: pixels }] }])
    expect(shapeOf({ image: flat })).toMatchObject([{ kind: 'images', title: 'image' }])
    expect(shapeOf({ filters: [{ name: 'filter 1', pixels }] })).toEqual([
      { kind: 'images', title: 'filters', images: [{ name: 'filter 1', cells: pixels }] },
    ])
  })
})

describe('curves and maps', () => {
  it('are heat where an answer follows two columns', () => {
    const axes = [
      { feature: 'calls', values: [0, 1] },
      { feature: 'plan', values: ['basic', 'pro', 'team'] },
    ]
    const mean = [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 0.6],
    ]
    expect(shapeOf({ axes, mean, least: 0.1, most: 0.6, lines: [] })).toEqual([
      { kind: 'heat', title: 'calls down, plan across', down: ['0', '1'], across: ['basic', 'pro', 'team'], cells: mean },
    ])
  })

  it('keep the learning rate apart from the losses', () => {
    const curve = [1, 2].map((step) => ({ step, train_loss: 1 / step, validation_loss: 1, learning_rate: 0.01 }))
    expect(shapeOf({ curve }).map((block) => ('title' in block ? block.title : ''))).toEqual(['curve', 'learning_rate'])
  })

  it('are curves however few points the usual pairs have, with a diagonal where it means something', () => {
    const roc = [0, 0.5, 1].map((x) => ({ fpr: x, tpr: x }))
    const lift = [0, 1].map((x) => ({ share: x, gain: x, lift: 1 }))
    expect(shapeOf({ roc, lift })).toMatchObject([
      { kind: 'curve', diagonal: true },
      { kind: 'curve', x: 'share', y: 'gain' },
    ])
  })

  it('say sizes of layers as texts', () => {
    expect(shapeOf({ input: { width: 8, height: 4, channels: 3 } })).toEqual([{ kind: 'values', entries: [['input', '4 × 8 × 3']] }])
  })
})
