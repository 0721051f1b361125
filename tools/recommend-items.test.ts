import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from './testing.ts'

interface Trained {
  readonly run: string
  readonly task: string
  readonly target?: string
  readonly metrics: Readonly<Record<string, number>>
  readonly baseline: Readonly<Record<string, number>>
}

interface Found {
  readonly known: boolean
  readonly version: number
  readonly items: readonly { readonly item: string; readonly score: number }[]
}

describe('models without a target, from training to answers', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace()
    for (const file of ['purchases.csv', 'customers.csv'])
      await cp(join(import.meta.dirname, '../examples/sample', file), join(millrace.folder, file))
    await millrace.call('ingest_data', { source: join(millrace.folder, 'purchases.csv'), name: 'purchases' })
    await millrace.call('ingest_data', { source: join(millrace.folder, 'customers.csv'), name: 'customers' })
    const likes = await train({ dataset: 'purchases', algorithm: 'recommender', params: { factors: 4 }, folds: 3 })
    expect(likes.task).toBe('recommendation')
    expect(Object.keys(likes.metrics).sort()).toEqual(['map@10', 'ndcg@10', 'recall@10'])
    expect(likes.metrics['ndcg@10']).toBeGreaterThan(likes.baseline['ndcg@10'] ?? 1)
    await millrace.call('register_model', { run: likes.run, name: 'likes' })
  })
  afterAll(() => millrace.close())

  const train = (input: object): Promise<Trained> => millrace.call<Trained>('train_model', input)

  it('recommends to a customer what they have not bought', async () => {
    const { known, version, items } = await millrace.call<Found>('recommend_items', { model: 'likes', user: 'ada', count: 2 })
    expect({ known, version }).toEqual({ known: true, version: 1 })
    expect(items.map(({ item }) => item).sort()).toEqual(['coffee grinder', 'descaler'])
  })

  it('names what a customer has bought when asked to', async () => {
    const { items } = await millrace.call<Found>('recommend_items', { model: 'likes', user: 'ada', count: 3, include_seen: true })
    expect(items.map(({ item }) => item)).toContain('espresso machine')
  })

  it('finds what goes with a product', async () => {
    const { items } = await millrace.call<Found>('recommend_items', { model: 'likes', item: 'tomato seeds', count: 4 })
    const garden = ['garden gloves', 'potting soil', 'pruning shears', 'watering can']
    expect(items.filter(({ item }) => garden.includes(item)).length).toBeGreaterThanOrEqual(3)
  })

  it('says when it does not know who asks', async () => {
    expect(await millrace.call<Found>('recommend_items', { model: 'likes', user: 'nobody' })).toMatchObject({ known: false })
    expect(await millrace.call<Found>('recommend_items', { model: 'likes', item: 'anvil' })).toMatchObject({ known: false, items: [] })
  })

  it('wants a user or an item, and a model that recommends', async () => {
    await expect(millrace.call('recommend_items', { model: 'likes' })).rejects.toThrow('Pass either user or item.')
    await expect(millrace.call('recommend_items', { model: 'likes', user: 'ada', item: 'notebook' })).rejects.toThrow('Pass either')
    const groups = await train({ dataset: 'customers', algorithm: 'kmeans', params: { n_clusters: 3 }, folds: 2 })
    await millrace.call('register_model', { run: groups.run, name: 'groups' })
    await expect(millrace.call('recommend_items', { model: 'groups', user: 'ada' })).rejects.toThrow(
      'is kmeans (clustering), not a recommender',
    )
  })

  it.each([
    ['dbscan', { eps: 1.5 }, 'clustering', 'noise'],
    ['pca', { n_components: 2 }, 'projection', 'explained_variance'],
  ] as const)('trains %s without a target and measures it on rows it has not seen', async (algorithm, params, task, metric) => {
    const trained = await train({ dataset: 'customers', algorithm, params, folds: 2 })
    expect(trained.task).toBe(task)
    expect(Number.isFinite(trained.metrics[metric])).toBe(true)
    await millrace.call('register_model', { run: trained.run, name: algorithm })
    const { predictions } = await millrace.call<{ predictions: readonly object[] }>('predict', { model: algorithm, record: customer })
    expect(predictions).toHaveLength(1)
    expect(Object.keys(predictions[0] ?? {})).toContain(task === 'clustering' ? 'probabilities' : 'vector')
  })
})

const customer = {
  tenure_months: 3,
  plan: 'basic',
  monthly_charge: 29.5,
  region: 'north',
  support_calls: 3,
  auto_pay: 'no',
  age: 41,
  churned: 'no',
}
