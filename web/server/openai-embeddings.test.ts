import { OpenAIEmbeddings } from '@langchain/openai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { subwordEmbedder } from '../../rag/embedding/subword.ts'
import { embedTextsTool } from '../../tools/embed-texts.ts'
import { openTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let client: OpenAI
beforeAll(async () => {
  server = await openTestServer({ tools: [embedTextsTool] })
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(() => server.close())

const known = async (...texts: readonly string[]): Promise<number[][]> => {
  const vectors = await subwordEmbedder.embed(texts, new AbortController().signal)
  return vectors.map((vector) => Array.from(vector))
}

describe('embeddings', () => {
  it('are those of the embedder, as numbers and as base64', async () => {
    const input = ['parental leave', 'holiday']
    const expected = await known(...input)
    const floats = await client.embeddings.create({ model: 'subword', input, encoding_format: 'float' })
    expect(floats.data.map(({ embedding }) => embedding)).toEqual(expected)
    expect(floats).toMatchObject({ object: 'list', model: 'subword', usage: { prompt_tokens: 6, total_tokens: 6 } })
    const encoded = await server.send('/v1/embeddings', { body: { model: 'subword', input: 'holiday', encoding_format: 'base64' } })
    expect(encoded.json).toMatchObject({ data: [{ object: 'embedding', index: 0, embedding: expect.stringMatching(/^[\w+/]+=*$/) }] })
    // The client asks for base64 by itself, and decodes it.
    const decoded = await client.embeddings.create({ model: 'subword', input })
    expect(decoded.data.map(({ embedding }) => [...embedding])).toEqual(expected)
  })

  it('come in order however many there are', async () => {
    const input = Array.from({ length: 600 }, (_, at) => `word${at}`)
    const { data } = await client.embeddings.create({ model: 'subword', input, dimensions: 384 })
    const [first, last] = await known('word0', 'word599')
    expect(data).toHaveLength(600)
    expect([...(data[0]?.embedding ?? [])]).toEqual(first)
    expect([...(data[599]?.embedding ?? [])]).toEqual(last)
  })

  it('are what LangChain embeds with', async () => {
    const embeddings = new OpenAIEmbeddings({ model: 'subword', apiKey: 'none', configuration: { baseURL: `${server.url}/v1` } })
    const [question] = await known('paid leave')
    expect([...(await embeddings.embedQuery('paid leave'))]).toEqual(question)
    expect(await embeddings.embedDocuments(['a cat', 'a dog'])).toHaveLength(2)
  })

  it.each([
    ['tokens', { input: [1, 2, 3] }, 'input'],
    ['lists of tokens', { input: [[1, 2], [3]] }, 'input'],
    ['nothing', { input: [] }, 'input'],
    ['an empty text', { input: ['a', ''] }, 'input'],
    ['a text too long', { input: ['a', 'b'.repeat(32_001)] }, 'input.1'],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'input'],
    ['other dimensions', { input: 'a', dimensions: 256 }, 'dimensions'],
    ['another encoding', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['no input', {}, 'input'],
  ])('refuses %s by its field', async (_, body, param) => {
    const answer = await server.send('/v1/embeddings', { body: { model: 'subword', ...body } })
    expect(answer).toMatchObject({ status: 400, json: { error: { type: 'invalid_request_error', param } } })
  })

  it('says which model there is when another is asked for', async () => {
    const asked = client.embeddings.create({ model: 'text-embedding-ada-002', input: 'a' })
    await expect(asked).rejects.toMatchObject({ status: 404, code: 'model_not_found', message: expect.stringContaining("'subword'") })
  })
})
