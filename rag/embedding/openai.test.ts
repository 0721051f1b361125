import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Asked, type ModelServer, openModelServer, type Reply } from '../inference/testing/model-server.ts'
import type { Embedder } from './embedder.ts'
import { type OpenAiService, openOpenAiEmbedder } from './openai.ts'

const never = new AbortController().signal
const key = 'sk-very-secret-key-0123456789'
const request = z.object({ model: z.string(), input: z.array(z.string()), encoding_format: z.literal('base64') })
const inputOf = ({ body }: Asked): readonly string[] => request.parse(body).input

/** Not of length 1, different for each text. */
const numbersOf = (text: string): number[] => [text.length, text.charCodeAt(0), 3, 4]
const base64 = (numbers: readonly number[]): string => {
  const bytes = Buffer.alloc(numbers.length * 4)
  for (const [at, value] of numbers.entries()) bytes.writeFloatLE(value, at * 4)
  return bytes.toString('base64')
}
const replyTo = (texts: readonly string[], encode: (numbers: readonly number[]) => unknown = base64): Reply => ({
  body: { object: 'list', data: texts.map((text, index) => ({ object: 'embedding', index, embedding: encode(numbersOf(text)) })) },
})
const unit = (text: string): number[] => {
  const numbers = numbersOf(text)
  return numbers.map((value) => value / Math.hypot(...numbers))
}

function open(server: ModelServer, { model = 'm', ...options }: Partial<Parameters<typeof openOpenAiEmbedder>[0]> = {}): Promise<Embedder> {
  const service: OpenAiService = { kind: 'openai', baseUrl: `${server.url}/v1`, key }
  return openOpenAiEmbedder({ egress: server.egress, service, model, firstWaitMs: 1, ...options }, never)
}

/** A server that answers rightly until the probe is done, then as told. */
const afterProbe = (answer: (asked: Asked, count: number) => Reply): Promise<ModelServer> =>
  openModelServer((asked, count) => (count === 1 ? replyTo(inputOf(asked)) : answer(asked, count - 1)))

describe('an embedder behind the embeddings API', () => {
  it.each([
    ['base64', base64],
    ['lists of numbers', (numbers: readonly number[]) => numbers],
  ])('reads %s and gives vectors of length 1', async (_, encode) => {
    await using server = await openModelServer((asked) => replyTo(inputOf(asked), encode))
    const embedder = await open(server)
    expect(embedder).toMatchObject({ name: 'openai:m', dimensions: 4, semantic: true })
    const [wing, empty, drag] = await embedder.embed(['wing', ' ', 'drag'], never)
    for (const [at, value] of unit('wing').entries()) expect(wing?.[at]).toBeCloseTo(value, 6)
    expect([...(empty ?? [])]).toEqual([0, 0, 0, 0])
    expect(drag?.[1]).toBeCloseTo(unit('drag')[1] ?? 0, 6)
    const [, asked] = server.asked
    expect(asked).toMatchObject({
      path: '/v1/embeddings',
      headers: { authorization: `Bearer ${key}` },
      body: { model: 'm', input: ['wing', 'drag'] },
    })
  })

  it('speaks to Azure by deployment, version and api-key', async () => {
    await using server = await openModelServer((asked) => replyTo(inputOf(asked)))
    const service: OpenAiService = { kind: 'azure', endpoint: `${server.url}/`, key, version: '2024-10-21' }
    await openOpenAiEmbedder({ egress: server.egress, service, model: 'my emb' }, never)
    expect(server.asked[0]).toMatchObject({
      path: '/openai/deployments/my%20emb/embeddings?api-version=2024-10-21',
      headers: { 'api-key': key },
    })
  })

  it('cuts a long list by count and by letters, few requests at once, and keeps the order', async () => {
    await using server = await openModelServer(async (asked) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return replyTo(inputOf(asked))
    })
    const embedder = await open(server, { atOnce: 3 })
    const texts = Array.from({ length: 1000 }, (_, at) => `t${'x'.repeat(at)}`)
    const vectors = await embedder.embed(texts, never)
    for (const at of [0, 127, 128, 500, 999]) expect(vectors[at]?.[0]).toBeCloseTo(unit(texts[at] ?? '')[0] ?? 0, 6)
    const sent = server.asked.slice(1).map(inputOf)
    expect(sent.flat()).toHaveLength(1000)
    expect(Math.max(...sent.map((batch) => batch.length))).toBe(128)
    expect(server.atOnce()).toBe(3)
    const [long] = await embedder.embed(
      Array.from({ length: 40 }, () => 'y'.repeat(30_000)),
      never,
    )
    expect(long).toHaveLength(4)
    for (const batch of server.asked.slice(1).map(inputOf)) expect(batch.join('').length).toBeLessThanOrEqual(300_000)
  })

  it('lets a question go before passages that wait', async () => {
    const order: string[] = []
    await using server = await afterProbe((asked) => {
      order.push(inputOf(asked)[0] ?? '')
      return replyTo(inputOf(asked))
    })
    const embedder = await open(server, { atOnce: 1 })
    const passages = embedder.embed(
      Array.from({ length: 1000 }, () => 'passage'),
      never,
    )
    await embedder.embed(['question'], never, 'query')
    expect(order.indexOf('question')).toBeLessThan(3)
    await passages
  })

  it('asks no further once a request of a list has failed', async () => {
    await using server = await afterProbe(() => ({ status: 400, body: 'too long' }))
    const embedder = await open(server, { atOnce: 1 })
    await expect(
      embedder.embed(
        Array.from({ length: 1000 }, () => 'wing'),
        never,
      ),
    ).rejects.toMatchObject({ code: 'invalid_input', message: /status 400.*too long/ })
    expect(server.asked.length).toBeLessThan(4)
  })

  it('waits as long as a 429 asks, and tries again', async () => {
    const times: number[] = []
    await using server = await afterProbe((asked, count) => {
      times.push(performance.now())
      if (count === 1) return { status: 429, headers: { 'retry-after': '0.2' }, body: { error: { message: 'slow down' } } }
      if (count === 2) return { status: 429, headers: { 'retry-after-ms': '100' }, body: 'slow down' }
      return replyTo(inputOf(asked))
    })
    const [vector] = await (await open(server)).embed(['wing'], never)
    expect(vector).toHaveLength(4)
    const [first = 0, second = 0, third = 0] = times
    expect(second - first).toBeGreaterThan(190)
    expect(third - second).toBeGreaterThan(90)
  })

  it('tries again after errors of the server and broken connections', async () => {
    await using server = await afterProbe((asked, count) => (count < 4 ? { status: 500 + count, body: 'oh' } : replyTo(inputOf(asked))))
    expect(await (await open(server)).embed(['wing'], never)).toHaveLength(1)
    expect(server.asked).toHaveLength(5)
  })

  it('gives up after its tries, and at once when asked to wait longer than it may', async () => {
    await using down = await afterProbe(() => ({ status: 503, body: 'down' }))
    const embedder = await open(down, { tries: 3 })
    await expect(embedder.embed(['wing'], never)).rejects.toMatchObject({
      code: 'unavailable',
      message: "The embedder 'openai:m' answers 503 after 3 tries. Try again later.",
    })
    await using busy = await afterProbe(() => ({ status: 429, headers: { 'retry-after': '3600' }, body: 'wait' }))
    await expect((await open(busy)).embed(['wing'], never)).rejects.toMatchObject({
      code: 'unavailable',
      message: "The embedder 'openai:m' answers 429 and asks to wait 3600 s after 1 try. Try again later.",
    })
  })

  it('gives up on a server that hangs halfway through a list', async () => {
    await using server = await afterProbe((asked, count) => (count === 1 ? replyTo(inputOf(asked)) : {}))
    const embedder = await open(server, { atOnce: 1, tries: 2, timeoutMs: 150 })
    const texts = Array.from({ length: 200 }, () => 'wing')
    await expect(embedder.embed(texts, never)).rejects.toMatchObject({
      code: 'unavailable',
      message: /does not answer in time after 2 tries/,
    })
  })

  it('stops when it is told to, also while it waits', async () => {
    await using server = await afterProbe(() => ({ status: 429, headers: { 'retry-after': '60' }, body: 'wait' }))
    const embedder = await open(server)
    const stop = new AbortController()
    const texts = Array.from({ length: 2000 }, () => 'wing')
    const stopped = embedder.embed(texts, stop.signal)
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await expect(stopped).rejects.toThrow('enough')
    await expect(embedder.embed(['wing'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })

  it.each([
    [
      'a vector of another length',
      () => ({ body: { data: [{ index: 0, embedding: base64([1, 2, 3]) }] } }),
      /a vector of 3 numbers where the first had 4/,
    ],
    [
      'a vector with NaN',
      () => ({ body: { data: [{ index: 0, embedding: base64([1, 2, Number.NaN, 4]) }] } }),
      /a value that is not a number/,
    ],
    ['too many vectors', () => replyTo(['a', 'b']), /2 vectors for 1 texts/],
    ['an index beyond the list', () => ({ body: { data: [{ index: 7, embedding: [1, 2, 3, 4] }] } }), /the index 7 twice or beyond/],
    ['half a float', () => ({ body: { data: [{ index: 0, embedding: Buffer.alloc(7).toString('base64') }] } }), /7 bytes of base64/],
    ['a page instead of JSON', () => ({ body: '<html>' }), /not JSON/],
    ['another object', () => ({ body: { choices: [] } }), /no list 'data'/],
  ])('names what came when the server gives %s', async (_, answer: () => Reply, sentence) => {
    await using server = await afterProbe(answer)
    await expect((await open(server)).embed(['wing'], never)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(sentence),
    })
  })

  it('puts vectors where their index says', async () => {
    await using server = await afterProbe((asked) => ({
      body: {
        data: inputOf(asked)
          .map((text, index) => ({ index, embedding: numbersOf(text) }))
          .reverse(),
      },
    }))
    const vectors = await (await open(server)).embed(['wing', 'lift'], never)
    expect(vectors.map((vector) => vector[1])).toEqual([expect.closeTo(unit('wing')[1] ?? 0, 6), expect.closeTo(unit('lift')[1] ?? 0, 6)])
  })

  it('keeps the key out of what it says, whatever the server repeats', async () => {
    for (const status of [400, 401, 404, 500]) {
      await using server = await openModelServer(({ headers }) => ({ status, body: { error: `bad key ${headers.authorization}` } }))
      const error: unknown = await open(server, { tries: 1 }).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ code: { 400: 'invalid_input', 401: 'not_allowed' }[status] ?? 'unavailable' })
      expect(JSON.stringify(error, ['message', 'cause', 'stack', 'errors']) + String(error)).not.toContain('very-secret')
    }
  })

  it('says which address cannot be reached', async () => {
    await using server = await openModelServer(() => ({}))
    const service: OpenAiService = { kind: 'openai', baseUrl: 'http://127.0.0.1:9/v1', key }
    await expect(openOpenAiEmbedder({ egress: server.egress, service, model: 'm', tries: 2, firstWaitMs: 1 }, never)).rejects.toMatchObject(
      {
        code: 'unavailable',
        message: /'openai:m' cannot be reached .*127\.0\.0\.1/,
      },
    )
  })

  it("tells questions from passages where the model's name says so", async () => {
    await using server = await openModelServer((asked) => replyTo(inputOf(asked)))
    const embedder = await open(server, { model: 'intfloat/multilingual-e5-small' })
    await embedder.embed(['wing'], never, 'query')
    await embedder.embed(['wing'], never, 'passage')
    expect(server.asked.slice(1).map(inputOf)).toEqual([['query: wing'], ['passage: wing']])
  })
})
