import { describe, expect, it } from 'vitest'
import { nearest } from './nearest.ts'

describe('nearest', () => {
  it('finds the name behind a slip and keeps quiet on a stranger', () => {
    const names = ['train_model', 'tune_model', 'list_runs', 'search_documents']
    expect(nearest('train_modle', names)[0]).toBe('train_model')
    expect(nearest('runs', names)).toEqual(['list_runs'])
    expect(nearest('zzzzqqqq', names)).toEqual([])
  })
})
