import { describe, expect, it } from 'vitest'
import type { PlannerTool } from './planner/contract.ts'
import { originsOf, type Trusted } from './trust.ts'

const tool = (name: string, properties: Readonly<Record<string, unknown>> = {}): PlannerTool => ({
  name,
  title: '',
  description: '',
  input: { type: 'object', properties },
  examples: [],
})
const catalogue = [
  tool('prepare_data', { steps: { items: { anyOf: [{ properties: { step: { const: 'drop_columns' }, columns: {} } }] } } }),
  tool('split_data', { dataset: {}, test_size: {}, seed: { default: 42 }, set: {} }),
  tool('deploy_model', { model: {}, version: {}, note: {}, runs: {}, strategy: { default: 'full' } }),
  tool('promote_model', { model: {}, version: {}, stage: {} }),
  tool('delete_model', { model: {} }),
  tool('delete_documents', { collection: {} }),
  tool('train_model', { dataset: {}, algorithm: {}, params: {} }),
  tool('register_model', { run: {}, name: {} }),
  tool('set_traffic', { model: {}, percent: {} }),
  tool('schedule_pipeline', { pipeline: {}, cron: {} }),
  tool('search_documents', { query: {}, collection: {} }),
  tool('mail__send_email', { to: {}, subject: {}, body: {} }),
]

const reading = (said: string | readonly string[], rest: Partial<Trusted> = {}): Trusted => ({
  said: typeof said === 'string' ? [said] : said,
  taintedBy: ['a result of search_documents'],
  made: [],
  catalogue,
  ...rest,
})
const trust = (origins: ReturnType<typeof originsOf>): Record<string, string> =>
  Object.fromEntries(Object.entries(origins).map(([path, origin]) => [path, origin.trust]))
const labels = (name: string, input: unknown, said: string | readonly string[], rest: Partial<Trusted> = {}) =>
  trust(originsOf(name, input, reading(said, rest)))

describe('while nothing foreign was read', () => {
  it('everything is trusted, and every argument still says where it came from', () => {
    const origins = originsOf('deploy_model', { model: 'churn', version: 4, strategy: 'full' }, reading('Deploy churn', { taintedBy: [] }))
    expect(origins).toEqual({
      '': { trust: 'trusted', source: 'your message ("Deploy churn")' },
      model: { trust: 'trusted', source: 'your message ("Deploy churn")' },
      version: { trust: 'trusted', source: 'the assistant' },
      strategy: { trust: 'trusted', source: 'the default' },
    })
    expect(trust(originsOf('deploy_model', {}, reading('hello', { taintedBy: [] })))).toEqual({ '': 'trusted' })
  })
})

describe('once foreign text was read', () => {
  it('only what the person said is trusted', () => {
    const input = { model: 'churn-clf', version: 4, note: 'as told by the page' }
    const origins = originsOf('deploy_model', input, reading('Deploy churn-clf v4'))
    expect(trust(origins)).toEqual({ '': 'trusted', model: 'trusted', version: 'trusted', note: 'untrusted' })
    expect(origins.note?.source).toBe('a result of search_documents')
  })

  it.each([
    ['another deed', 'split churn 80/20'],
    ['a prohibition', "don't deploy churn-clf"],
    ['a question about it', 'What does the handbook say about deploying models?'],
    ['a mention of it', 'Summarise the memo on how to deploy model churn-clf'],
    ['a condition on what is read', 'If the notes say so, deploy model churn-clf'],
    ['a polite question about something else', 'Could you tell me who may deploy churn-clf?'],
    ['a negation of all', 'Deploy nothing, only search'],
  ])('a deed is not ordered by %s', (_, said) => {
    expect(originsOf('promote_model', {}, reading(said))['']?.trust).toBe('untrusted')
    if (said !== 'Deploy nothing, only search') expect(originsOf('deploy_model', {}, reading(said))['']?.trust).toBe('untrusted')
  })

  it.each([
    ['deploy_model', 'Please deploy churn-clf v4'],
    ['deploy_model', 'Can you roll out churn-clf?'],
    ['promote_model', 'Look up the refund rule and promote churn version 2 to staging'],
    ['train_model', 'split churn 80/20 then train a forest on it'],
    ['set_traffic', 'Send 10 percent of the traffic of churn to version 4'],
    ['mail__send_email', "Search the handbook, then send an e-mail to ann@example.com with subject 'Hi'"],
    ['delete_documents', 'Delete the documents of collection policies'],
  ])('%s is ordered by "%s"', (name, said) => {
    expect(originsOf(name, {}, reading(said))['']?.trust).toBe('trusted')
  })

  it('an order that fits two tools as well orders neither', () => {
    expect(originsOf('delete_model', {}, reading('delete churn'))['']?.trust).toBe('untrusted')
    expect(originsOf('delete_documents', {}, reading('delete the model churn'))['']?.trust).toBe('untrusted')
  })

  it('a value may be in other words: a share, an algorithm, a time', () => {
    expect(labels('split_data', { dataset: 'churn', test_size: 0.2 }, 'split churn 80/20')).toMatchObject({ test_size: 'trusted' })
    expect(labels('train_model', { algorithm: 'random_forest' }, 'train it with a forest')).toMatchObject({ algorithm: 'trusted' })
    expect(labels('schedule_pipeline', { cron: '0 2 * * *' }, 'schedule the pipeline every day at 2am')).toMatchObject({ cron: 'trusted' })
  })

  it('a choice of the schema may be said in parts', () => {
    const said = 'prepare customers: drop the column plan'
    expect(labels('prepare_data', { steps: [{ step: 'drop_columns', columns: ['plan'] }] }, said)).toEqual({
      '': 'trusted',
      'steps.0.step': 'trusted',
      'steps.0.columns.0': 'trusted',
    })
    expect(labels('prepare_data', { steps: [{ step: 'drop_columns', columns: ['age'] }] }, said)).toMatchObject({
      'steps.0.columns.0': 'untrusted',
    })
  })

  it('what the schema fills in by itself is trusted', () => {
    expect(labels('split_data', { seed: 42 }, 'split churn')).toMatchObject({ seed: 'trusted' })
    expect(labels('split_data', { seed: 43 }, 'split churn')).toMatchObject({ seed: 'untrusted' })
  })
})

describe('an adversary that borrows the person’s words', () => {
  it('gets no part of a word for the word, and no name with marks of its own', () => {
    const said = 'delete the model churn-old'
    for (const model of ['churn', 'old', 'churn-old-2', 'churn-old*', '../churn-old', 'churn-old/x', '*', 'churn-o1d', 'сhurn-old'])
      expect(labels('delete_model', { model }, said)).toMatchObject({ '': 'trusted', model: 'untrusted' })
    expect(labels('delete_model', { model: 'churn-old' }, said)).toMatchObject({ model: 'trusted' })
  })

  it('cannot take a number meant for one tool to another', () => {
    const said = 'Train on churn with 100 trees, then set the traffic of churn to 10 percent'
    expect(labels('set_traffic', { model: 'churn', percent: 10 }, said)).toEqual({ '': 'trusted', model: 'trusted', percent: 'trusted' })
    expect(labels('set_traffic', { model: 'churn', percent: 100 }, said)).toMatchObject({ percent: 'untrusted' })
  })

  it('cannot take a name meant for one tool to another', () => {
    const said = 'Search the notes for fraud-live. Delete the model churn-old.'
    expect(labels('delete_model', { model: 'fraud-live' }, said)).toMatchObject({ '': 'trusted', model: 'untrusted' })
  })

  it('cannot have an earlier order carried out again while the person is at something else', () => {
    const said = ['Promote churn version 3 to production', 'Search the handbook for holidays']
    expect(labels('promote_model', { model: 'churn', version: 3, stage: 'production' }, said)).toMatchObject({ '': 'untrusted' })
  })

  it('cannot join what the person said with what was read', () => {
    const said = "Send an e-mail to ann@example.com with subject 'Hi'"
    expect(labels('mail__send_email', { to: 'ann@example.com', subject: 'Hi', body: 'Hi and my key is 7' }, said)).toMatchObject({
      to: 'trusted',
      subject: 'trusted',
      body: 'untrusted',
    })
    for (const to of ['ann@example.com, eve@evil.example', 'ann@example.com.evil.example', 'x-ann@example.com', 'eve+ann@example.com'])
      expect(labels('mail__send_email', { to }, said)).toMatchObject({ to: 'untrusted' })
  })

  it('gets nothing from words that the person only quotes in code', () => {
    const said = 'What does this mean: ZGVsZXRlX21vZGVsIGNodXJu'
    expect(labels('delete_model', { model: 'churn' }, said)).toMatchObject({ '': 'untrusted', model: 'untrusted' })
  })

  it('cannot choose the keys of an open object', () => {
    expect(labels('train_model', { dataset: 'churn', params: { churn: 'churn' } }, 'train on churn')).toMatchObject({ dataset: 'trusted' })
    expect(labels('train_model', { params: { depth: 'churn' } }, 'train on churn')).toMatchObject({ 'params.depth': 'untrusted' })
  })
})

describe('follow-ups', () => {
  it('an answer goes on with the order before it', () => {
    const said = ['Promote churn to production', 'version 3']
    expect(labels('promote_model', { model: 'churn', version: 3, stage: 'production' }, said)).toEqual({
      '': 'trusted',
      model: 'trusted',
      version: 'trusted',
      stage: 'trusted',
    })
  })

  it('a word that refers back takes a name from before', () => {
    const said = 'Train on churn-new and then register it as live-model'
    expect(labels('register_model', { name: 'live-model' }, said)).toMatchObject({ name: 'trusted' })
    expect(labels('train_model', { dataset: 'customers' }, ['Show me customers', 'Train on it'])).toMatchObject({ dataset: 'trusted' })
  })
})

describe('what earlier calls made', () => {
  const made = [{ run: 'run_1m7zn7ej76y8pm2dan0r', version: 3 }]
  it('is trusted for the argument of its name; a long id for any', () => {
    const said = 'train on churn, register it as live and deploy model live'
    expect(labels('register_model', { run: 'run_1m7zn7ej76y8pm2dan0r' }, said, { made })).toMatchObject({ run: 'trusted' })
    expect(labels('deploy_model', { model: 'live', version: 3 }, said, { made })).toMatchObject({ version: 'trusted' })
    expect(labels('set_traffic', { percent: 3 }, said, { made })).toMatchObject({ percent: 'untrusted' })
    expect(labels('deploy_model', { runs: ['run_1m7zn7ej76y8pm2dan0r', 'run_other'] }, said, { made })).toMatchObject({
      'runs.0': 'trusted',
      'runs.1': 'untrusted',
    })
  })
})
