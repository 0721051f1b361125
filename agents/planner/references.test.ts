import { describe, expect, it } from 'vitest'
import { holds } from './conditions.ts'
import { resolveReferences } from './references.ts'

const step = (data: unknown): { readonly tool: string; readonly data: unknown } => ({ tool: 't', data })

describe('resolveReferences', () => {
  it('takes a field of the newest result that has it', () => {
    const results = [step({ run: 'run_1', version: 3 }), step({ run: 'run_2' })]
    expect(resolveReferences({ a: '$prev.run', b: '$prev.version', c: 'x' }, results)).toEqual({
      input: { a: 'run_2', b: 3, c: 'x' },
      missing: [],
    })
  })

  it('gathers every run and picks the best by the measure, whichever way it points', () => {
    const results = [step({ run: 'a', metric: 'rmse', metrics: { rmse: 2 } }), step({ run: 'b', metric: 'rmse', metrics: { rmse: 1 } })]
    expect(resolveReferences({ runs: ['$runs'], run: '$best' }, results).input).toEqual({ runs: ['a', 'b'], run: 'b' })
  })

  it('names what no result has', () => {
    expect(resolveReferences({ v: '$prev.version' }, [step({})]).missing).toEqual(['$prev.version'])
  })
})

describe('holds', () => {
  it.each([
    ['it drifted', { drifted: true }, true],
    ['it drifted', { drifted: false }, false],
    ['it has not drifted', { drifted: false }, true],
    ['unless it drifted', { drifted: true }, false],
    ['it passes', { passed: true }, true],
    ['it fails', { passed: false }, true],
    ['everything is fine', { passed: false }, false],
    ['accuracy is above 0.8', { metrics: { accuracy: 0.9 } }, true],
    ['the roc auc is below 70%', { metrics: { roc_auc: 0.9 } }, false],
    ['rmse is at most 3', { rmse: 3 }, true],
    ['the moon is full', { drifted: true }, undefined],
  ])('%s, %j: %s', (condition, data, expected) => {
    expect(holds(condition, [{ data }])).toBe(expected)
  })
})
