import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ChatEvent, ChatRequest, Orchestrator } from '../../agents/chat.ts'
import { openTestServer, type TestServer } from './test-server.ts'

// Other work may hold the machine for a while.
const patient = { timeout: 20_000 }

/** What the agent does with the next messages, in turn; and what it was asked. */
const script: (readonly ChatEvent[] | Error)[] = []
const seen: ChatRequest[] = []
let stopped = 0
let open = 0

const orchestrator: Orchestrator = {
  async *chat(request) {
    seen.push(request)
    const events = script.shift() ?? []
    open += 1
    try {
      yield { type: 'started', turn: 't', model: 'script', mark: 'No hosted model.' }
      if (events instanceof Error) throw events
      yield* events
      if (events.length > 0) return
      await new Promise((_, reject) => {
        const stop = (): void => {
          stopped += 1
          reject(request.signal.reason)
        }
        if (request.signal.aborted) stop()
        else request.signal.addEventListener('abort', stop, { once: true })
      })
    } finally {
      open -= 1
    }
  },
  history: async () => [],
  threads: async () => [],
}

const words = (...deltas: readonly string[]): ChatEvent[] => deltas.map((delta) => ({ type: 'text', message: 'm1', delta }))
const finished: ChatEvent = { type: 'finished' }

let server: TestServer
let client: OpenAI
beforeAll(async () => {
  server = await openTestServer({ orchestrator, models: { chat: 'script', embedding: 'subword' }, publicUrl: 'https://ml.example' })
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'not needed here', maxRetries: 0 })
})
afterAll(() => server.close())
beforeEach(() => {
  script.length = 0
  seen.length = 0
})

const hello = { model: 'millrace', messages: [{ role: 'user' as const, content: 'hello' }] }
const newest = (): ChatRequest | undefined => seen.at(-1)

async function chunksOf(body: object): Promise<readonly Record<string, unknown>[]> {
  const { text } = await server.send('/v1/chat/completions', { body: { ...hello, stream: true, ...body } })
  const lines = text.split('\n\n').filter((line) => line !== '')
  expect(lines.every((line) => line.startsWith('data: '))).toBe(true)
  return lines.map((line) => line.slice(6)).map((line) => (line === '[DONE]' ? { done: true } : JSON.parse(line)))
}

describe('an answer in one piece', () => {
  it('has the words, the usage and what OpenAI has no field for', async () => {
    script.push([...words('Good ', 'day.'), { type: 'usage', usage: { input: 12, output: 3, usd: 0.01 } }, finished])
    const answer = await client.chat.completions.create({ ...hello, temperature: 0, max_tokens: 100 })
    expect(answer).toMatchObject({
      object: 'chat.completion',
      id: expect.stringMatching(/^chatcmpl_/),
      model: 'millrace',
      choices: [{ index: 0, finish_reason: 'stop', logprobs: null, message: { role: 'assistant', content: 'Good day.', refusal: null } }],
      usage: { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 },
      millrace: { mark: 'No hosted model.', usd: 0.01, ignored: ['temperature', 'max_tokens'] },
    })
  })

  it('is asked as an agent, in a conversation that is forgotten, with earlier messages as context', async () => {
    script.push([...words('Yes.'), finished])
    await client.chat.completions.create({
      model: 'millrace-script',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: [{ type: 'text', text: 'three' }] },
      ],
    })
    expect(newest()).toMatchObject({
      message: 'three',
      keep: false,
      caller: { kind: 'agent', channel: 'http' },
      before: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'one' },
        { role: 'assistant', text: 'two' },
      ],
    })
  })

  it('keeps the words of several model turns apart', async () => {
    script.push([{ type: 'text', message: 'a', delta: 'First.' }, { type: 'text', message: 'b', delta: 'Second.' }, finished])
    expect((await client.chat.completions.create(hello)).choices[0]?.message.content).toBe('First.\n\nSecond.')
  })

  it('names the passages it stands on', async () => {
    const citation = { collection: 'hand book', document: 'leave.md', chunk: 2, title: 'Leave', quote: 'Thirty days.' }
    const data = { abstained: false, citations: [citation] }
    script.push([
      { type: 'result', call: 'c', tool: 'ask_documents', content: 'Thirty days.', data, ok: true },
      ...words('It says: Thirty days.'),
      finished,
    ])
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]?.message.annotations).toEqual([
      {
        type: 'url_citation',
        url_citation: {
          url: 'https://ml.example/api/collections/hand%20book/documents/leave.md?chunk=2',
          title: 'Leave',
          start_index: 9,
          end_index: 21,
        },
      },
    ])
    expect(answer).toMatchObject({ millrace: { citations: [citation], calls: [{ tool: 'ask_documents', ok: true }] } })
  })

  it('annotates what it quotes or numbers, or else all of it with the best passage', async () => {
    const citations = ['Thirty days.', 'Ten days.', 'One day.'].map((quote, chunk) => ({
      collection: 'c',
      document: 'd',
      chunk,
      title: 't',
      quote,
    }))
    const data = { abstained: false, citations }
    const places = async (text: string): Promise<unknown> => {
      script.push([{ type: 'result', call: 'c', tool: 'ask_documents', content: '', data, ok: true }, ...words(text), finished])
      const { choices } = await client.chat.completions.create(hello)
      return choices[0]?.message.annotations?.map(({ url_citation: { url, start_index, end_index } }) => [
        url.at(-1),
        start_index,
        end_index,
      ])
    }
    expect(await places('Ten days. Or so [3].')).toEqual([
      ['1', 0, 9],
      ['2', 16, 19],
    ])
    expect(await places('A month.')).toEqual([['0', 0, 8]])
  })

  it('says what waits for a person, and where to decide it', async () => {
    const input = { thing: 'x' }
    script.push([{ type: 'waiting', approvals: [{ approval: 'ap_1', call: 'c', tool: 'delete_thing', input, reason: 'It deletes.' }] }])
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop' })
    expect(answer.choices[0]?.message.content).toContain('delete_thing {"thing":"x"} (approval ap_1)')
    expect(answer).toMatchObject({
      millrace: { waiting: [{ approval: 'ap_1', tool: 'delete_thing', input, decide_at: 'https://ml.example/#/approvals' }] },
    })
  })

  it('is a question where something is missing, with its form', async () => {
    const schema = { type: 'object', properties: { target: { type: 'string' } } }
    script.push([{ type: 'clarify', question: 'Which column?', tool: 'train_model', schema }, finished])
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]?.message.content).toBe('Which column?')
    expect(answer).toMatchObject({ millrace: { clarify: { tool: 'train_model', schema } } })
  })

  it('stops short, not in error, when its budget is spent', async () => {
    script.push([...words('So far'), { type: 'failed', code: 'deadline', message: 'The answer took more than 5 steps.' }])
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'So far' } })
    expect(answer).toMatchObject({ millrace: { stopped: 'The answer took more than 5 steps.' } })
  })
})

describe('an answer in chunks', () => {
  it('begins with the role, keeps its id, ends with the reason and [DONE]', async () => {
    script.push([...words('Good ', 'day.'), finished])
    const chunks = await chunksOf({})
    expect(new Set(chunks.slice(0, -1).map(({ id }) => id)).size).toBe(1)
    const head = { object: 'chat.completion.chunk', model: 'millrace' }
    const choice = (delta: object, finish: string | null = null) => [{ index: 0, delta, logprobs: null, finish_reason: finish }]
    expect(chunks).toMatchObject([
      { ...head, choices: choice({ role: 'assistant', content: '' }) },
      { ...head, choices: choice({ content: 'Good ' }) },
      { ...head, choices: choice({ content: 'day.' }) },
      { ...head, choices: choice({}, 'stop'), millrace: { mark: 'No hosted model.' } },
      { done: true },
    ])
    expect(chunks.some((chunk) => 'usage' in chunk)).toBe(false)
  })

  it('tells the usage in a chunk of its own when it is asked to', async () => {
    script.push([...words('Hi'), { type: 'usage', usage: { input: 5, output: 1 } }, finished])
    const chunks = await chunksOf({ stream_options: { include_usage: true } })
    expect(chunks.slice(0, -2).every(({ usage }) => usage === null)).toBe(true)
    expect(chunks.at(-2)).toMatchObject({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 1, total_tokens: 6 } })
  })

  it('fails with a status before it has begun, and with an error chunk after', async () => {
    const failed: ChatEvent = { type: 'failed', code: 'unavailable', message: 'The model did not answer.' }
    script.push([failed])
    await expect(client.chat.completions.create({ ...hello, stream: true })).rejects.toMatchObject({ status: 503, type: 'server_error' })
    await expect.poll(() => open, patient).toBe(0)
    script.push([...words('Well, '), failed])
    const stream = await client.chat.completions.create({ ...hello, stream: true })
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    }
    await expect(read()).rejects.toThrow('The model did not answer.')
  })

  it('stops the turn when its client goes away', async () => {
    const before = stopped
    script.push([])
    const hangingUp = new AbortController()
    const asked = client.chat.completions.create({ ...hello, stream: true }, { signal: hangingUp.signal })
    await expect.poll(() => seen.length, patient).toBe(1)
    hangingUp.abort()
    await expect(asked).rejects.toThrow()
    await expect.poll(() => stopped, patient).toBe(before + 1)
  })

  it('says nothing of what an unforeseen failure was', async () => {
    script.push(new Error('password is hunter2'))
    const answer = await server.send('/v1/chat/completions', { body: hello })
    expect(answer).toMatchObject({ status: 500, json: { error: { type: 'server_error', code: 'server_error' } } })
    expect(answer.text).not.toContain('hunter2')
  })
})

describe("a client's own tools", () => {
  const weather = {
    type: 'function' as const,
    function: { name: 'weather', description: 'Weather of a town.', parameters: { type: 'object' } },
  }
  const ask = { ...hello, tools: [weather] }
  const calls: ChatEvent = { type: 'client_calls', calls: [{ call: 'call_1', tool: 'weather', input: { town: 'Ulm' } }] }

  it('are called by the client, whose result goes to the conversation that waits for it', async () => {
    script.push([calls], [...words('Rain.'), finished])
    const first = await client.chat.completions.create(ask)
    expect(first.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    const message = first.choices[0]?.message
    const [call] = message?.tool_calls ?? []
    expect(call).toMatchObject({ type: 'function', function: { name: 'weather', arguments: '{"town":"Ulm"}' } })
    expect(newest()?.clientTools).toEqual([{ name: 'weather', description: 'Weather of a town.', input: { type: 'object' } }])
    const thread = newest()?.thread
    if (message === undefined || call === undefined) throw new Error('There is no call.')
    const messages = [...ask.messages, message, { role: 'tool' as const, tool_call_id: call.id, content: 'wet' }]
    const second = await client.chat.completions.create({ ...ask, messages })
    expect(second.choices[0]?.message.content).toBe('Rain.')
    expect(newest()).toMatchObject({ thread, resume: true, results: [{ call: 'call_1', content: 'wet', ok: true }], keep: false })
    expect(newest()?.message).toBeUndefined()
  })

  it('are told in chunks with an index, an id and whole arguments', async () => {
    script.push([calls])
    const chunks = await chunksOf({ tools: [weather] })
    expect(chunks.slice(1, 3)).toMatchObject([
      {
        choices: [{ delta: { tool_calls: [{ index: 0, type: 'function', function: { name: 'weather', arguments: '{"town":"Ulm"}' } }] } }],
      },
      { choices: [{ delta: {}, finish_reason: 'tool_calls' }] },
    ])
  })

  it('are answered from the messages alone where the conversation is gone or was another server’s', async () => {
    const asking = (id: string) => ({
      role: 'assistant',
      tool_calls: [{ id, type: 'function', function: { name: 'weather', arguments: '{}' } }],
    })
    const messagesFor = (id: string) => [...hello.messages, asking(id), { role: 'tool', tool_call_id: id, content: 'wet' }]
    const before = [
      { role: 'assistant', text: '(called weather with {})' },
      { role: 'tool', text: 'wet' },
    ]
    script.push([{ type: 'failed', code: 'conflict', message: 'Nothing waits here.' }], [...words('Rain.'), finished])
    expect(await server.send('/v1/chat/completions', { body: { ...ask, messages: messagesFor('chat_0-c1') } })).toMatchObject({
      status: 200,
    })
    expect(newest()).toMatchObject({ message: 'hello', before })
    script.push([...words('Rain.'), finished])
    expect(await server.send('/v1/chat/completions', { body: { ...ask, messages: messagesFor('call_abc') } })).toMatchObject({
      status: 200,
    })
    expect(newest()).toMatchObject({ message: 'hello', before })
  })

  it('are not offered where the client says none', async () => {
    script.push([...words('No.'), finished])
    await client.chat.completions.create({ ...ask, tool_choice: 'none' })
    expect(newest()?.clientTools).toEqual([])
  })
})

describe('what cannot be served', () => {
  const user = { role: 'user', content: 'hi' }
  const tool = { role: 'tool', tool_call_id: 'x', content: 'y' }
  it.each([
    ['no messages', { messages: [] }, 'messages'],
    ['no words', { messages: [{ role: 'user', content: ' ' }] }, 'messages'],
    ['a role of its own', { messages: [{ role: 'root', content: 'hi' }] }, 'messages.0.role'],
    ['a picture', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] }, 'messages.0.content.0'],
    ['an answer at the end', { messages: [user, { role: 'assistant', content: 'ho' }] }, 'messages'],
    ['a result that nobody asked for', { messages: [user, tool] }, 'messages'],
    ['too long a message', { messages: [{ role: 'user', content: 'a'.repeat(64_001) }] }, 'messages.0.content'],
    ['two answers', { n: 2 }, 'n'],
    ['a forced call', { tool_choice: 'required' }, 'tool_choice'],
    ['stop sequences', { stop: ['\n'] }, 'stop'],
    ['a form of JSON', { response_format: { type: 'json_object' } }, 'response_format'],
    ['probabilities', { logprobs: true }, 'logprobs'],
    ['an unknown field', { tempertaure: 1 }, 'tempertaure'],
    ['messages that are no list', { messages: 'hi' }, 'messages'],
    ['a tool without a name', { tools: [{ type: 'function', function: {} }] }, 'tools.0.function.name'],
  ])('is refused by its field: %s', async (_, body, param) => {
    const answer = await server.send('/v1/chat/completions', { body: { ...hello, ...body } })
    expect(answer).toMatchObject({ status: 400, json: { error: { type: 'invalid_request_error', param, message: expect.any(String) } } })
    expect(seen).toHaveLength(0)
  })

  it('is refused in OpenAI’s words: models, keys, methods, paths, bodies', async () => {
    await expect(client.chat.completions.create({ ...hello, model: 'gpt-4o' })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
    })
    const forged = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: `mlr_${'x'.repeat(43)}`, maxRetries: 0 })
    await expect(forged.chat.completions.create(hello)).rejects.toMatchObject({ status: 401, code: 'invalid_api_key' })
    const error = { error: { message: expect.any(String), type: 'invalid_request_error', param: null } }
    expect(await server.send('/v1/chat/completions')).toMatchObject({ status: 405, json: error })
    expect(await server.send('/v1/responses', { body: {} })).toMatchObject({ status: 404, json: error })
    expect(await server.send('/v1/chat/completions', { body: '{"model":' })).toMatchObject({ status: 400, json: error })
    const deep = `{"model":"millrace","messages":${'['.repeat(200)}${']'.repeat(200)}}`
    expect(await server.send('/v1/chat/completions', { body: deep })).toMatchObject({ status: 400, json: error })
    const huge = JSON.stringify({ ...hello, user: 'x'.repeat(5_000_000) })
    expect(await server.send('/v1/chat/completions', { body: huge })).toMatchObject({ status: 413, json: error })
    expect(await server.send('/v1/models', { headers: { host: 'attacker.test' } })).toMatchObject({
      status: 403,
      json: { error: { type: 'permission_error' } },
    })
  })

  it('is a flood: more open answers than one caller may have', async () => {
    const hangingUp = new AbortController()
    const flood = Array.from({ length: 32 }, () =>
      client.chat.completions.create(hello, { signal: hangingUp.signal }).catch((error: unknown) => error),
    )
    await expect.poll(() => seen.length, patient).toBe(32)
    await expect(client.chat.completions.create(hello)).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    hangingUp.abort()
    await Promise.all(flood)
    script.push([...words('Free again.'), finished])
    await expect
      .poll(() =>
        client.chat.completions.create(hello).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true)
  })
})

describe('the models', () => {
  it('are the agent and the embedding model', async () => {
    const models = await client.models.list()
    expect(models.data.map(({ id }) => id)).toEqual(['millrace', 'millrace-script', 'subword'])
    expect(await client.models.retrieve('millrace')).toMatchObject({ object: 'model', owned_by: 'millrace' })
    await expect(client.models.retrieve('gpt-4o')).rejects.toMatchObject({ status: 404, code: 'model_not_found' })
  })
})
