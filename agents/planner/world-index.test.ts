import { describe, expect, it } from 'vitest'
import { emptyWorld, type World } from './contract.ts'
import { findColumns, findEntities, nearMisses } from './entities.ts'

const world: World = {
  ...emptyWorld,
  datasets: { churn: ['monthly charges', 'plan'], churn_march: ['plan'], 'v1.2-sales': [], sales_may: [], sales_june: [] },
  models: { 'churn-clf': { versions: [1] } },
  runs: ['run_1', 'exp-0094'],
}

const names = (message: string): readonly string[] => findEntities(message, world).map(({ name }) => name)

describe('names of the world in a message', () => {
  it('are found however they are separated, the longest first, in the order of the message', () => {
    expect(names('Compare Churn March with churn, using churn-clf, churn clf and CHURNCLF')).toEqual([
      'churn_march',
      'churn',
      'churn-clf',
      'churn-clf',
      'churn-clf',
    ])
    expect(names("is v1.2 sales ok? exp_0094, run-1's and churn:2")).toEqual(['v1.2-sales', 'exp-0094', 'run_1', 'churn'])
  })

  it('are whole words: no part of a longer name or of a path', () => {
    expect(names('churned churn_april ./churn/x.csv run_11 re-churn')).toEqual([])
  })

  it('leave columns to the data sets that have them', () => {
    expect(findColumns('plan and monthly_charges', world, [])).toMatchObject([
      { name: 'plan', datasets: ['churn', 'churn_march'] },
      { name: 'monthly charges', datasets: ['churn'] },
    ])
  })

  it('are found among many without asking for each', () => {
    const runs = Array.from({ length: 20_000 }, (_, at) => `run_${at}x`)
    expect(findEntities('compare run_7x and run 19999x', { ...emptyWorld, runs }).map(({ name }) => name)).toEqual(['run_7x', 'run_19999x'])
  })

  it('are guessed from one slip, or two in a long word, and from a part of them', () => {
    expect(nearMisses('churnn', world, ['dataset'])).toEqual(['churn'])
    expect(nearMisses('churn_mrach', world, ['dataset'])).toEqual(['churn_march'])
    expect(nearMisses('chrun', world, ['dataset'])).toEqual(['churn'])
    expect(nearMisses('sales_nay', world, ['dataset'])).toEqual(['sales_may'])
    expect(nearMisses('sales', world, ['dataset'])).toEqual(['v1.2-sales', 'sales_may', 'sales_june'])
    expect(nearMisses('chrn', world, ['model'])).toEqual([])
    expect(nearMisses('wine', world, ['dataset', 'model'])).toEqual([])
  })
})
