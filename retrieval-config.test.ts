import { describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

const choose = (variables: Record<string, string>) => readConfig(variables, '/srv')

describe('the models of retrieval', () => {
  it('are none that need weights or a key unless somebody asks', () => {
    const { embedders, reranker } = choose({})
    expect(embedders).toMatchObject({ choice: { kind: 'subword' }, service: undefined, workingFolder: '/srv' })
    expect(reranker.choice).toBeUndefined()
    expect(choose({ OPENAI_API_KEY: 'k' }).embedders.choice).toEqual({ kind: 'subword' })
  })

  it('have a default where one fits', () => {
    expect(choose({ MILLRACE_EMBEDDER: 'transformers' }).embedders.choice).toEqual({
      kind: 'transformers',
      model: 'Xenova/all-MiniLM-L6-v2',
    })
    expect(choose({ MILLRACE_RERANKER: 'transformers' }).reranker.choice).toEqual({
      kind: 'transformers',
      model: 'Xenova/ms-marco-MiniLM-L-6-v2',
    })
    expect(choose({ MILLRACE_EMBEDDER: 'openai', OPENAI_API_KEY: 'k' }).embedders).toMatchObject({
      choice: { kind: 'openai', model: 'text-embedding-3-small' },
      service: { kind: 'openai', baseUrl: 'https://api.openai.com/v1', key: 'k' },
    })
  })

  it('are one, however a folder is ended', () => {
    const chosen = { MILLRACE_EMBEDDER: 'transformers', MILLRACE_EMBEDDER_MODEL: './models/own/' }
    expect(choose(chosen).embedders.choice).toEqual({ kind: 'transformers', model: './models/own' })
  })

  it('may be on Azure, or on a server without a key', () => {
    const azure = { AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://x.openai.azure.com', OPENAI_API_KEY: 'other' }
    expect(choose({ ...azure, MILLRACE_EMBEDDER: 'openai', MILLRACE_EMBEDDER_MODEL: 'emb' }).embedders).toMatchObject({
      choice: { kind: 'openai', model: 'emb' },
      service: { kind: 'azure', endpoint: 'https://x.openai.azure.com', key: 'k', version: '2024-10-21' },
    })
    const own = { MILLRACE_EMBEDDER: 'openai', OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1', MILLRACE_EMBEDDER_MODEL: 'bge-m3' }
    expect(choose(own).embedders.service).toEqual({ kind: 'openai', baseUrl: 'http://127.0.0.1:8080/v1' })
    const http = { MILLRACE_RERANKER: 'http', MILLRACE_RERANKER_URL: 'https://api.jina.ai/v1/rerank', MILLRACE_RERANKER_KEY: 'k' }
    expect(choose(http).reranker.choice).toEqual({ kind: 'http', url: 'https://api.jina.ai/v1/rerank', key: 'k' })
  })

  it.each([
    [{ MILLRACE_EMBEDDER: 'word2vec' }, /MILLRACE_EMBEDDER/],
    [{ MILLRACE_EMBEDDER_MODEL: 'x' }, /MILLRACE_EMBEDDER_MODEL names 'x', but 'subword' has no models\. Set MILLRACE_EMBEDDER/],
    [{ MILLRACE_EMBEDDER: 'openai' }, /OPENAI_API_KEY is not set/],
    [{ MILLRACE_EMBEDDER: 'openai', AZURE_OPENAI_API_KEY: 'k' }, /AZURE_OPENAI_ENDPOINT is not set/],
    [{ MILLRACE_EMBEDDER: 'openai', AZURE_OPENAI_ENDPOINT: 'https://x.azure.com' }, /AZURE_OPENAI_API_KEY is not set/],
    [
      { MILLRACE_EMBEDDER: 'openai', AZURE_OPENAI_API_KEY: 'k', AZURE_OPENAI_ENDPOINT: 'https://x.azure.com' },
      /MILLRACE_EMBEDDER_MODEL is not set.*deployment/,
    ],
    [
      { MILLRACE_EMBEDDER: 'openai', OPENAI_BASE_URL: 'http://127.0.0.1:8080/v1' },
      /MILLRACE_EMBEDDER_MODEL is not set.*127\.0\.0\.1:8080 serves/,
    ],
    [{ MILLRACE_RERANKER: 'http' }, /MILLRACE_RERANKER_URL is not set/],
    [{ MILLRACE_RERANKER: 'http', MILLRACE_RERANKER_URL: 'ftp://x' }, /MILLRACE_RERANKER_URL/],
    [
      { MILLRACE_RERANKER: 'transformers', MILLRACE_RERANKER_URL: 'http://x' },
      /MILLRACE_RERANKER_URL is set, but MILLRACE_RERANKER is 'transformers'/,
    ],
    [{ MILLRACE_RERANKER_KEY: 'k' }, /MILLRACE_RERANKER_KEY is set, but MILLRACE_RERANKER is not/],
    [{ HF_ENDPOINT: 'mirror' }, /HF_ENDPOINT/],
  ])('are refused as %o with a sentence that names the variable', (variables, sentence) => {
    expect(() => readConfig(variables)).toThrow(sentence)
  })
})
