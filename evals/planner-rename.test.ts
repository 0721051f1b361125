import { describe, expect, it } from 'vitest'
import type { PlannerSet } from './planner-data.ts'
import { renamed } from './planner-rename.ts'

const set: PlannerSet = {
  world: {
    datasets: { shop: ['price', 'sold'], shop_old: ['price'] },
    models: { 'shop-clf': { versions: [1], production: null } },
    runs: ['run_1'],
    collections: [],
    pipelines: [],
    suites: [],
  },
  requests: [
    {
      id: 'a',
      category: 'x',
      input: 'Train Shop on price for shop_old, not ./shop/x.csv',
      history: [['user', 'use shop-clf']],
      expect: {
        type: 'call',
        calls: [{ shop: { price: ['shop'], record: [{ price: 3, other: 'sold' }] } }],
        forbidden_tools: ['shop'],
        must: [],
      },
    },
  ],
}

describe('renaming a world', () => {
  it('gives every name another word, the same wherever it stands, and leaves tools, arguments and paths alone', () => {
    const { world, requests } = renamed(set, 1)
    const [shop = '', old = ''] = Object.keys(world.datasets)
    const [price = '', sold = ''] = world.datasets[shop] ?? []
    const [model = ''] = Object.keys(world.models)
    expect(new Set([shop, old, price, sold, model, world.runs[0], 'shop', 'price']).size).toBe(8)
    expect(requests[0]).toMatchObject({
      input: `Train ${shop} on ${price} for ${old}, not ./shop/x.csv`,
      history: [['user', `use ${model}`]],
      expect: { calls: [{ shop: { price: [shop], record: [{ [price]: 3, other: sold }] } }], forbidden_tools: ['shop'] },
    })
  })

  it('draws the same words for the same seed and others for another', () => {
    expect(renamed(set, 2)).toEqual(renamed(set, 2))
    expect(renamed(set, 2)).not.toEqual(renamed(set, 3))
  })
})
