import { describe, expect, it } from 'vitest'
import { conventionOf } from './conventions.ts'
import { poolTokens } from './pooling.ts'

const bge = 'Represent this sentence for searching relevant passages: '

describe('the use of embedding models', () => {
  it.each([
    ['Xenova/all-MiniLM-L6-v2', { pooling: 'mean', query: '', passage: '' }],
    ['Xenova/multilingual-e5-small', { pooling: 'mean', query: 'query: ', passage: 'passage: ' }],
    ['intfloat/e5-base-v2', { pooling: 'mean', query: 'query: ', passage: 'passage: ' }],
    ['Xenova/bge-small-en-v1.5', { pooling: 'cls', query: bge, passage: '' }],
    ['Xenova/bge-m3', { pooling: 'cls', query: '', passage: '' }],
    ['nomic-ai/nomic-embed-text-v1.5', { pooling: 'mean', query: 'search_query: ', passage: 'search_document: ' }],
    ['onnx-community/Qwen3-Embedding-0.6B-ONNX', { pooling: 'last', passage: '' }],
    ['text-embedding-3-small', { pooling: 'mean', query: '', passage: '' }],
    ['somebody/note5-model', { query: '' }],
  ])('is known for %s', (model, convention) => {
    expect(conventionOf(model)).toMatchObject(convention)
  })

  it("follows the model's own files, as far as they say something", () => {
    const files = {
      pooling: { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true },
      prompts: { prompts: { query: 'Q: ', document: 'D: ' } },
    }
    expect(conventionOf('bge-small-en', files)).toEqual({ pooling: 'mean', query: 'Q: ', passage: 'D: ' })
    expect(conventionOf('bge-small-en', { pooling: 'x', prompts: { prompts: null } })).toEqual({ pooling: 'cls', query: bge, passage: '' })
  })
})

describe('pooling', () => {
  const tokens = {
    data: Float32Array.of(3, 0, 0, 4, 9, 9, /* second text */ 5, 5, 0, 2, 6, 0),
    dims: [2, 3, 2],
    mask: [1n, 1n, 0n, 0n, 1n, 1n],
  }
  it.each([
    ['mean', [0.6, 0.8, 6 / Math.hypot(6, 2), 2 / Math.hypot(6, 2)]],
    ['cls', [1, 0, 0, 1]],
    ['last', [0, 1, 1, 0]],
  ] as const)('by %s never counts padding, on either side', (pooling, expected) => {
    for (const [at, value] of poolTokens(tokens, pooling).entries()) expect(value).toBeCloseTo(expected[at] ?? Number.NaN, 6)
  })

  it('keeps zeros and refuses shapes that do not fit', () => {
    expect(poolTokens({ ...tokens, mask: [0n, 0n, 0n, 0n, 0n, 0n] }, 'mean')).toEqual(new Float32Array(4))
    expect(() => poolTokens({ ...tokens, dims: [2, 6] }, 'mean')).toThrow('shape [2, 6] for 6 tokens')
  })
})
