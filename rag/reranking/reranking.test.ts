import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { libraryInstalled } from '../inference/testing/library.ts'
import { openModelServer, type Reply } from '../inference/testing/model-server.ts'
import { tinyLogit, writeTinyModel } from '../inference/testing/tiny-model.ts'
import { openHttpReranker } from './http.ts'
import { type OpenReranker, openReranker } from './open.ts'

const never = new AbortController().signal
const key = 'secret-reranker-key'

describe.skipIf(!libraryInstalled)('a cross-encoder on a local model', () => {
  let home: Awaited<ReturnType<typeof temporaryFolder>>
  let reranker: OpenReranker | undefined
  const open = (model: string): OpenReranker | undefined =>
    openReranker(
      { choice: { kind: 'transformers', model }, hub: undefined, workingFolder: home.path, models: join(home.path, 'models') },
      { egress: { request: () => Promise.reject(new Error('no network')) } },
    )
  beforeAll(async () => {
    home = await temporaryFolder()
    await writeTinyModel(join(home.path, 'pairs'), { kind: 'cross-encoder' })
    reranker = open('./pairs')
  })
  afterAll(async () => {
    await reranker?.[Symbol.asyncDispose]?.()
    await home.remove()
  })

  it('scores each text as the sums of its model say, in order, however many', async () => {
    expect(reranker?.name).toBe('transformers:./pairs')
    const texts = ['wing drag', 'horse', 'the boundary layer of the wing', 'wing']
    const scores = await reranker?.score('wing drag', texts, never)
    for (const [at, text] of texts.entries()) expect(scores?.[at]).toBeCloseTo(tinyLogit(['wing', 'drag'], text.split(' ')), 3)
    const many = await reranker?.score('wing drag', [...texts, ...texts, ...texts, ...texts, ...texts], never)
    expect(many).toHaveLength(20)
    for (const [at, score] of (many ?? []).entries()) expect(score).toBeCloseTo(scores?.[at % 4] ?? Number.NaN, 3)
    expect(await reranker?.score('wing', [], never)).toEqual([])
  })

  it('reads what fits of texts that are too long', async () => {
    const scores = await reranker?.score('wing '.repeat(5000), ['drag '.repeat(50_000), ''], never)
    expect(scores?.every(Number.isFinite)).toBe(true)
    expect(scores).toHaveLength(2)
  })

  it('stops when it is told to', async () => {
    await expect(reranker?.score('wing', ['drag'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })

  it('says at the first call what is wrong with its model', async () => {
    await expect(open('./nothing')?.score('wing', ['drag'], never)).rejects.toMatchObject({
      code: 'unavailable',
      message: /no config\.json/,
    })
    await writeTinyModel(join(home.path, 'embedding'), { kind: 'embedding' })
    const wrong = open('./embedding')
    await expect(wrong?.score('wing', ['drag'], never)).rejects.toMatchObject({ code: 'unavailable', message: /cannot be read/ })
    await wrong?.[Symbol.asyncDispose]?.()
  })
})

describe('a reranker behind HTTP', () => {
  const results = (scores: readonly number[]): { index: number; relevance_score: number }[] =>
    scores.map((relevance_score, index) => ({ index, relevance_score })).sort((left, right) => right.relevance_score - left.relevance_score)

  it.each([
    ['as Cohere, Jina and vLLM do', { results: results([0.1, 0.9, 0.5]) }],
    ['in data', { data: results([0.1, 0.9, 0.5]) }],
    [
      'as a bare list',
      [
        { index: 1, score: 0.9 },
        { index: 2, score: 0.5 },
        { index: 0, score: 0.1 },
      ],
    ],
  ])('reads scores %s, and puts them in order', async (_, body) => {
    await using server = await openModelServer(() => ({ body }))
    const reranker = openHttpReranker({ egress: server.egress, url: `${server.url}/v2/rerank`, model: 'r', key })
    expect(await reranker.score('wing', ['a', 'b', 'c'], never)).toEqual([0.1, 0.9, 0.5])
    expect(server.asked).toMatchObject([
      {
        path: '/v2/rerank',
        headers: { authorization: `Bearer ${key}` },
        body: { model: 'r', query: 'wing', documents: ['a', 'b', 'c'], top_n: 3 },
      },
    ])
    expect(reranker.name).toBe('http:r')
  })

  it('learns to speak to text-embeddings-inference', async () => {
    const answer = ({ body }: { readonly body: unknown }): Reply =>
      JSON.stringify(body).includes('"texts"')
        ? { body: [{ index: 0, score: 0.3 }] }
        : { status: 422, body: { error: 'missing field `texts`' } }
    await using server = await openModelServer(answer)
    const reranker = openHttpReranker({ egress: server.egress, url: server.url })
    for (let time = 0; time < 2; time++) expect(await reranker.score('wing', ['a'], never)).toEqual([0.3])
    expect(server.asked.map(({ path }) => path)).toEqual(['/rerank', '/rerank', '/rerank'])
    expect(server.asked[2]?.body).toEqual({ query: 'wing', texts: ['a'], truncate: true })
  })

  it.each([
    ['too few scores', { body: { results: results([0.1]) } }, 'unavailable', /1 scores for 2 texts/],
    [
      'one index twice',
      {
        body: [
          { index: 0, score: 1 },
          { index: 0, score: 2 },
        ],
      },
      'unavailable',
      /2 scores for 2 texts|no score/,
    ],
    ['words', { body: { answer: 'yes' } }, 'unavailable', /no list/],
    ['an error of the server', { status: 500, body: 'oh' }, 'unavailable', /answers 500 after 2 tries/],
    ['a refusal of the request', { status: 400, body: { error: 'unknown model r' } }, 'invalid_input', /status 400.*unknown model r/],
    ['a refusal of the key', { status: 401, body: `Bearer ${key}` }, 'not_allowed', /Check MILLRACE_RERANKER_KEY/],
  ])('says what came when the server gives %s', async (_, reply, code, sentence) => {
    await using server = await openModelServer(() => reply)
    const reranker = openHttpReranker({ egress: server.egress, url: server.url, key, tries: 2, firstWaitMs: 1 })
    const error: unknown = await reranker.score('wing', ['a', 'b'], never).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(sentence) })
    expect(String(error)).not.toContain(key)
  })

  it('asks nothing for no texts and stops when it is told to', async () => {
    await using server = await openModelServer(() => ({}))
    const reranker = openHttpReranker({ egress: server.egress, url: server.url })
    expect(await reranker.score('wing', [], never)).toEqual([])
    const stop = new AbortController()
    const stopped = reranker.score('wing', ['a'], stop.signal)
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(stopped).rejects.toThrow('enough')
  })
})
