import { describe, expect, it } from 'vitest'
import type { PlannerTool } from './planner/contract.ts'
import { originsOf, type Trusted } from './trust.ts'

const tool = (name: string, description: string): PlannerTool => ({
  name,
  title: '',
  description,
  input: { type: 'object', properties: {} },
  examples: [],
})
const catalogue = [
  tool('split_data', 'Split a dataset into train and test parts'),
  tool('deploy_model', 'Deploy a model'),
  tool('schedule_pipeline', 'Schedule a pipeline'),
]

const reading = (said: string, rest: Partial<Trusted> = {}): Trusted => ({
  said: [said],
  taintedBy: ['search_documents'],
  minted: new Set(),
  catalogue,
  ...rest,
})
const trust = (origins: ReturnType<typeof originsOf>): Record<string, string> =>
  Object.fromEntries(Object.entries(origins).map(([path, origin]) => [path, origin.trust]))

describe('originsOf', () => {
  it('trusts everything while nothing foreign was read', () => {
    expect(trust(originsOf('deploy_model', { model: 'x' }, reading('hello', { taintedBy: [] })))).toEqual({ '': 'trusted' })
  })

  it('trusts only what the person said once foreign text was read', () => {
    const origins = originsOf(
      'deploy_model',
      { model: 'churn-clf', version: 4, note: 'as told by the page' },
      reading('Deploy churn-clf v4'),
    )
    expect(trust(origins)).toEqual({ '': 'trusted', model: 'trusted', version: 'trusted', note: 'untrusted' })
    expect(origins.note?.source).toBe('a result of search_documents')
  })

  it('does not trust a deed that the message did not ask for, or forbade', () => {
    expect(originsOf('deploy_model', {}, reading('split churn 80/20'))['']?.trust).toBe('untrusted')
    expect(originsOf('deploy_model', {}, reading("don't deploy churn-clf"))['']?.trust).toBe('untrusted')
  })

  it('knows a value in other words: a share, an algorithm, a time', () => {
    expect(trust(originsOf('split_data', { dataset: 'churn', test_size: 0.2 }, reading('split churn 80/20')))).toMatchObject({
      test_size: 'trusted',
    })
    expect(trust(originsOf('split_data', { algorithm: 'random_forest' }, reading('with a forest')))).toMatchObject({ algorithm: 'trusted' })
    expect(trust(originsOf('schedule_pipeline', { cron: '0 2 * * *' }, reading('schedule it every day at 2am')))).toMatchObject({
      cron: 'trusted',
    })
  })

  it('does not take a part of a word for the word', () => {
    expect(trust(originsOf('deploy_model', { model: 'churn' }, reading('deploy churn-clf-2 and churns')))).toMatchObject({
      model: 'untrusted',
    })
  })

  it('looks into nested arguments and trusts ids that the platform made', () => {
    const origins = originsOf(
      'deploy_model',
      { runs: ['run_1', 'run_2'], set: { a: 'evil' } },
      reading('deploy it', { minted: new Set(['run_1']) }),
    )
    expect(trust(origins)).toMatchObject({ 'runs.0': 'trusted', 'runs.1': 'untrusted', 'set.a': 'untrusted' })
  })
})
