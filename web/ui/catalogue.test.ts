/** The catalogue as the server sends it, and as a stranger might. */
import { describe, expect, it } from 'vitest'
import { readCatalogue, titleOf } from './catalogue.ts'

describe('the catalogue', () => {
  it('is read with schema, effect and examples', () => {
    const input = { type: 'object', properties: {} }
    const tool = {
      name: 'train_model',
      title: 'Train a model',
      description: 'Trains.',
      effect: 'create',
      role: 'builder',
      durable: true,
      input,
    }
    const examples = [{ says: 'Train it', input: { dataset: 'churn' } }]
    expect(readCatalogue({ tools: [{ ...tool, examples }] })).toEqual([
      {
        name: 'train_model',
        title: 'Train a model',
        description: 'Trains.',
        effect: 'create',
        role: 'builder',
        durable: true,
        schema: input,
        examples,
      },
    ])
  })

  it('skips what has no name and fills in what is missing', () => {
    expect(readCatalogue({ tools: [{ title: 'x' }, 7, { name: 'check_drift', effect: 'explode' }] })).toEqual([
      {
        name: 'check_drift',
        title: 'Check drift',
        description: '',
        effect: 'read',
        role: '',
        durable: false,
        schema: undefined,
        examples: [],
      },
    ])
    expect(readCatalogue(null)).toEqual([])
    expect(titleOf('list_runs')).toBe('List runs')
  })
})
