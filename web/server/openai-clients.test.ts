import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createOrchestrator, type RunningOrchestrator } from '../../agents/orchestrator.ts'
import { type OpenAiServer, openAiServer } from '../../agents/testing/openai-server.ts'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool } from '../../tools/tool.ts'
import { startWebServer, type WebServer } from './server.ts'
import { deleteThingTool } from './test-delete-thing.ts'
import { terminalToken } from './test-server.ts'

const deeds: string[] = []

const counting = defineTool({
  name: 'count_words',
  title: 'Count words',
  description: 'Counts the words of a text, for tests of clients.',
  input: z.strictObject({ text: z.string().describe('The text.') }),
  output: z.strictObject({ words: z.int().describe('How many.') }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ text }) => ({ content: 'Counted.', data: { words: text.split(' ').length } }),
})

// The orchestrator, the web server and the clients are real; only the hosted model behind them is scripted.
let model: OpenAiServer
let millrace: TestMillrace
let orchestrator: RunningOrchestrator
let web: WebServer
let client: OpenAI
beforeAll(async () => {
  model = await openAiServer()
  millrace = await openTestMillrace([counting, deleteThingTool(deeds)])
  orchestrator = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: model.url, name: 'scripted' } })
  const ground = { waist: millrace, orchestrator, auth: 'local', terminalToken } as const
  web = await startWebServer({ ...ground, host: '127.0.0.1', port: 0, uiFolder: `${millrace.folder}/ui`, version: '0.0.0-test' })
  client = new OpenAI({ baseURL: `${web.url}/v1`, apiKey: 'none', maxRetries: 0 })
})
afterAll(async () => {
  await web.close()
  await orchestrator.close()
  await millrace.close()
  await model.close()
})

const hello = { model: 'millrace', messages: [{ role: 'user' as const, content: 'hello' }] }
const langchain = (): ChatOpenAI =>
  new ChatOpenAI({ model: 'millrace', apiKey: 'none', useResponsesApi: false, maxRetries: 0, configuration: { baseURL: `${web.url}/v1` } })
const conversations = async (): Promise<number> => (await orchestrator.threads(millrace.owner)).length

describe('the npm client openai', () => {
  it('has an answer and what it cost, and leaves no conversation behind', async () => {
    model.script({ text: 'Good day.', usage: { input: 20, output: 4 } })
    const answer = await client.chat.completions.create(hello)
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Good day.' } })
    expect(answer.usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 4, total_tokens: 24 })
    expect(await conversations()).toBe(0)
  })

  it('streams, over calls of our tools', async () => {
    model.script({ calls: [{ name: 'count_words', args: { text: 'one two' } }] }, { text: 'There are two words.' })
    const stream = client.chat.completions.stream({ ...hello, stream_options: { include_usage: true } })
    const seen: string[] = []
    stream.on('content', (delta) => seen.push(delta))
    const answer = await stream.finalChatCompletion()
    expect(seen.length).toBeGreaterThan(1)
    expect(answer.choices[0]?.message.content).toBe('There are two words.')
    expect(answer.usage?.total_tokens).toBeGreaterThan(0)
  })

  it('is read with what was said before', async () => {
    model.script({ text: 'You said blue.' })
    const messages = [
      { role: 'system' as const, content: 'Be brief.' },
      { role: 'user' as const, content: 'My colour is blue.' },
      { role: 'assistant' as const, content: 'Noted.' },
      { role: 'user' as const, content: 'Which is it?' },
    ]
    await client.chat.completions.create({ model: 'millrace', messages })
    const words = JSON.stringify(model.seen.at(-1)?.messages)
    for (const said of ['Be brief.', 'My colour is blue.', 'Noted.', 'Which is it?']) expect(words).toContain(said)
  })

  it('runs its own tool and is answered from the result', async () => {
    const weather = {
      type: 'function' as const,
      function: {
        name: 'weather',
        description: 'Weather of a town.',
        parameters: { type: 'object', properties: { town: { type: 'string' } } },
      },
    }
    const asked = { ...hello, tools: [weather] }
    model.script({ calls: [{ name: 'weather', args: { town: 'Ulm' } }] }, { text: 'Take an umbrella.' })
    const first = await client.chat.completions.create(asked)
    const message = first.choices[0]?.message
    const [call] = message?.tool_calls ?? []
    expect(first.choices[0]?.finish_reason).toBe('tool_calls')
    if (message === undefined || call?.type !== 'function') throw new Error('There is no call.')
    expect(JSON.parse(call.function.arguments)).toEqual({ town: 'Ulm' })
    const result = { role: 'tool' as const, tool_call_id: call.id, content: 'It rains.' }
    const messages = [...asked.messages, message, result]
    expect((await client.chat.completions.create({ ...asked, messages })).choices[0]?.message.content).toBe('Take an umbrella.')
    expect(JSON.stringify(model.seen.at(-1)?.messages)).toContain('It rains.')
    // The same result once more: that conversation is over, the messages are all there is.
    model.script({ text: 'As I said.' })
    expect((await client.chat.completions.create({ ...asked, messages })).choices[0]?.message.content).toBe('As I said.')
  })

  it('is told what waits for a person, and the call runs when they approve it', async () => {
    model.script({ calls: [{ name: 'delete_thing', args: { thing: 'x' } }] })
    const answer = await client.chat.completions.create({ ...hello, messages: [{ role: 'user', content: 'delete thing x' }] })
    const { millrace: ours } = z.looseObject({ millrace: z.object({ waiting: z.array(z.object({ approval: z.string() })) }) }).parse(answer)
    const id = ours.waiting[0]?.approval ?? ''
    expect(answer.choices[0]?.message.content).toContain(id)
    expect(deeds).toEqual([])
    await millrace.platform.approvals.decide({ id, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    await expect.poll(() => deeds, { timeout: 20_000 }).toEqual(['x'])
  })

  it('has the failure of the model as an error it knows', async () => {
    model.script({ status: 401, error: 'No such key.' }, { status: 401, error: 'No such key.' })
    await expect(client.chat.completions.create(hello)).rejects.toMatchObject({ status: 503 })
  })

  it('goes away, and the turn stops with it', async () => {
    model.script({ silent: true })
    const before = model.seen.length
    const hangingUp = new AbortController()
    const asked = client.chat.completions.create({ ...hello, stream: true }, { signal: hangingUp.signal }).catch(() => 'gone')
    await expect.poll(() => model.seen.length, { timeout: 20_000 }).toBe(before + 1)
    hangingUp.abort()
    await asked
    await expect.poll(conversations, { timeout: 20_000 }).toBe(1)
    model.script({ text: 'Next.' })
    expect((await client.chat.completions.create(hello)).choices[0]?.message.content).toBe('Next.')
  })
})

describe('ChatOpenAI of LangChain', () => {
  it('asks and streams', async () => {
    model.script({ text: 'Good day.', usage: { input: 20, output: 4 } })
    const answer = await langchain().invoke('hello')
    expect(answer.text).toBe('Good day.')
    expect(answer.usage_metadata).toMatchObject({ input_tokens: 20, output_tokens: 4 })
    model.script({ text: 'One two three.' })
    let streamed = ''
    for await (const chunk of await langchain().stream('count')) streamed += chunk.text
    expect(streamed).toBe('One two three.')
  })

  it('brings tools of its own', async () => {
    const weather = tool(async ({ town }) => `In ${town} it rains.`, {
      name: 'weather',
      description: 'Weather of a town.',
      schema: z.object({ town: z.string() }),
    })
    const bound = langchain().bindTools([weather])
    model.script({ calls: [{ name: 'weather', args: { town: 'Ulm' } }] }, { text: 'Take an umbrella.' })
    const asking = await bound.invoke('weather in Ulm?')
    const [call] = asking.tool_calls ?? []
    expect(call).toMatchObject({ name: 'weather', args: { town: 'Ulm' } })
    if (call === undefined) throw new Error('There is no call.')
    const result = await weather.invoke({ ...call, type: 'tool_call' })
    const answer = await bound.invoke([{ role: 'user', content: 'weather in Ulm?' }, asking, result])
    expect(answer.text).toBe('Take an umbrella.')
  })
})
