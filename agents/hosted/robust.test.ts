import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { defineTool, type Tool } from '../../tools/tool.ts'
import type { ChatEvent, Orchestrator } from '../chat.ts'
import { createOrchestrator, type OrchestratorOptions } from '../orchestrator.ts'
import { bracketed, listen, resultsIn, spoken } from '../testing/listening.ts'
import { type OpenAiServer, openAiServer } from '../testing/openai-server.ts'

const looked: string[] = []

const lookTool = defineTool({
  name: 'look_up',
  title: 'Look up',
  description: 'Looks a word up and counts how often it was asked, for tests of hosted models.',
  input: z.strictObject({ word: z.string().describe('Which word.') }),
  output: z.strictObject({ word: z.string().describe('The word.') }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ word }) => {
    looked.push(word)
    return { content: `Found ${word}.`, data: { word } }
  },
})

const tools: readonly Tool[] = [lookTool]
const patience = { backoffMs: 1 }

let millrace: TestMillrace
let server: OpenAiServer
let orchestrator: Orchestrator
let thread = 0

beforeAll(async () => {
  millrace = await openTestMillrace(tools)
  server = await openAiServer()
  orchestrator = await open()
})
afterAll(async () => {
  await server.close()
  await millrace.close()
})

const open = (options: Partial<OrchestratorOptions> = {}): Promise<Orchestrator> =>
  createOrchestrator({
    waist: millrace,
    model: { openaiBaseUrl: server.url, openaiKey: 'sk-secret123456', name: 'first' },
    patience,
    ...options,
  })

async function say(message: string, who = orchestrator): Promise<readonly ChatEvent[]> {
  const events = await listen(who, { thread: `robust-${++thread}`, message, caller: millrace.owner })
  expect(bracketed(events)).toEqual([])
  return events
}

const call = (word: string): { readonly name: string; readonly args: unknown } => ({ name: 'look_up', args: { word } })

describe('a server that cannot answer now', () => {
  it.each([429, 500, 503, 408])('is asked again after %i', async (status) => {
    server.script({ status, error: 'Not now.' }, { text: 'Here I am.' })
    const events = await say('hello')
    expect(spoken(events)).toBe('Here I am.')
    expect(events.at(-1)).toEqual({ type: 'finished' })
  })

  it('is asked again after it hung up', async () => {
    server.script({ reset: true }, { reset: true }, { text: 'Here.' })
    expect(spoken(await say('hello'))).toBe('Here.')
  })

  it('is left alone for as long as it asks, and given up where that is too long', async () => {
    server.script({ status: 429, error: 'Slow down.', headers: { 'retry-after': '0' } }, { text: 'Thanks.' })
    expect(spoken(await say('hello'))).toBe('Thanks.')
    const before = server.seen.length
    server.script({ status: 429, error: 'Come back tomorrow.', headers: { 'retry-after': '86400' } }, { text: 'Too early.' })
    const last = (await say('hello')).at(-1)
    expect(last).toMatchObject({ type: 'failed', code: 'unavailable', message: expect.stringContaining('Come back tomorrow') })
    expect(server.seen.length).toBe(before + 1)
  })

  it('is asked a few times only', async () => {
    const before = server.seen.length
    server.script(...Array.from({ length: 20 }, () => ({ status: 500, error: 'Broken.' })))
    expect((await say('hello')).at(-1)).toMatchObject({ type: 'failed', code: 'unavailable', message: expect.stringContaining("'first'") })
    expect(server.seen.length - before).toBe(4)
  })

  it('that refuses for good is not asked again, and its words do not carry the key', async () => {
    const before = server.seen.length
    server.script({ status: 401, error: 'Incorrect API key provided: sk-secret123456.' })
    const last = (await say('hello')).at(-1)
    expect(last).toMatchObject({ type: 'failed', code: 'unavailable', message: expect.stringContaining('Incorrect API key') })
    expect(JSON.stringify(last)).not.toContain('secret123456')
    expect(server.seen.length).toBe(before + 1)
  })
})

describe('the fallback', () => {
  it('answers when the first model does not, and both are named when neither does', async () => {
    const both = await open({ fallbackModel: 'second' })
    server.script({ status: 404, error: 'No such model.' }, { text: 'From the second.' })
    expect(spoken(await say('hello', both))).toBe('From the second.')
    expect(server.seen.slice(-2).map(({ model }) => model)).toEqual(['first', 'second'])
    server.script({ status: 404, error: 'No such model.' }, { status: 404, error: 'Nor this one.' })
    expect((await say('hello', both)).at(-1)).toMatchObject({
      type: 'failed',
      message: expect.stringMatching(/'first' and 'second'.*Nor this one/u),
    })
  })
})

describe('an answer that is none', () => {
  it.each(['cut', 'end', 'error'] as const)('(%s in the middle of words) is asked for again', async (how) => {
    server.script({ begins: 'I was about', breaks: how }, { text: 'Whole now.' })
    const events = await say('hello')
    expect(spoken(events)).toContain('Whole now.')
    expect(events.at(-1)).toEqual({ type: 'finished' })
  })

  it.each(['cut', 'end', 'error'] as const)('(%s in the middle of a call) runs nothing, and the call is closed', async (how) => {
    const before = looked.length
    server.script({ begins: '', breaks: how, calls: [{ name: 'look_up', raw: '{"word": "ha' }] }, { text: 'Never mind.' })
    const events = await say('look up half a word')
    expect(resultsIn(events)).toMatchObject([{ ok: false }])
    expect(spoken(events)).toBe('Never mind.')
    expect(looked.length).toBe(before)
  })

  it('(empty) is asked for again, and said so when it stays empty', async () => {
    server.script({ text: '' }, { text: 'Words.' })
    expect(spoken(await say('hello'))).toBe('Words.')
    server.script({ text: '' }, { text: '' }, { text: '' }, { text: '' })
    expect((await say('hello')).at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('empty') })
  })

  it('(a page of HTML) is said so at once', async () => {
    server.script({ body: '<html>Welcome</html>', contentType: 'text/html; charset=utf-8' })
    expect((await say('hello')).at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('text/html') })
  })

  it('(whole JSON where a stream was asked for) is heard all the same', async () => {
    server.script({ whole: true, calls: [call('whole')], usage: { input: 5, output: 2 } }, { whole: true, text: 'All at once.' })
    const events = await say('look up whole')
    expect(resultsIn(events)).toMatchObject([{ ok: true, content: 'Found whole.' }])
    expect(spoken(events)).toBe('All at once.')
  })

  it('(JSON that is no completion) fails in words', async () => {
    server.script(...Array.from({ length: 4 }, () => ({ body: '{"error":{"message":"Overloaded."}}', contentType: 'application/json' })))
    expect((await say('hello')).at(-1)).toMatchObject({ type: 'failed', message: expect.stringContaining('Overloaded') })
  })
})

describe('a call that makes no sense', () => {
  it('with arguments that are no JSON is answered with what was wrong, and may be corrected', async () => {
    const before = looked.length
    server.script({ calls: [{ name: 'look_up', raw: '{"word": "a' }] }, { calls: [call('corrected')] }, { text: 'Good.' })
    const events = await say('look up a')
    expect(resultsIn(events).map(({ ok }) => ok)).toEqual([false, true])
    expect(looked.slice(before)).toEqual(['corrected'])
    const told = server.seen.at(-2)?.messages.at(-1)
    expect(String(told?.content)).toContain('not JSON')
    expect(JSON.parse(server.seen.at(-2)?.messages.at(-2)?.tool_calls?.[0]?.function.arguments ?? '')).toEqual({})
  })

  it('again and again is stopped by the budget', async () => {
    const few = await open({ budget: { steps: 4, tokens: 1e6, seconds: 60, usd: 1 } })
    server.script(...Array.from({ length: 10 }, () => ({ calls: [{ name: 'look_up', raw: '{{{' }] })))
    expect((await say('look up', few)).at(-1)).toMatchObject({
      type: 'failed',
      code: 'deadline',
      message: expect.stringContaining('4 steps'),
    })
  })

  it('of a tool that is not there is answered with the nearest names', async () => {
    server.script({ calls: [{ name: 'lookup', args: { word: 'x' } }] }, { text: 'I see.' })
    const events = await say('look up x')
    expect(resultsIn(events)).toMatchObject([{ ok: false, content: expect.stringContaining('look_up') }])
  })

  it('valid and invalid ones in one answer are each answered', async () => {
    server.script({ calls: [call('one'), { name: 'look_up', raw: 'word=two' }, call('three')] }, { text: 'Done.' })
    const events = await say('look up three words')
    expect(
      resultsIn(events)
        .map(({ ok }) => ok)
        .sort(),
    ).toEqual([false, true, true])
    expect(server.seen.at(-1)?.messages.filter(({ role }) => role === 'tool')).toHaveLength(3)
  })
})

describe('ids of calls', () => {
  it('that a server gives twice are told apart', async () => {
    server.script(
      {
        calls: [
          { ...call('a'), id: 'call_0' },
          { ...call('b'), id: 'call_0' },
        ],
      },
      { calls: [{ ...call('c'), id: 'call_0' }] },
      { text: 'Three.' },
    )
    const events = await say('look up a, b and c')
    const ids = resultsIn(events).map((result) => result.call)
    expect(new Set(ids).size).toBe(3)
    expect(
      resultsIn(events)
        .map(({ content }) => content)
        .sort(),
    ).toEqual(['Found a.', 'Found b.', 'Found c.'])
  })

  it('that a server does not give are made', async () => {
    server.script({ calls: [{ ...call('nameless'), id: '' }] }, { text: 'Found.' })
    expect(resultsIn(await say('look up'))).toMatchObject([{ ok: true, call: expect.stringMatching(/.+/u) }])
  })
})

describe('what a model tells beside its answer', () => {
  it('reasoning is told apart from words', async () => {
    server.script({ reasoning: 'Let me think.', text: 'Four.' })
    const events = await say('what is two and two?')
    expect(events.find(({ type }) => type === 'reasoning')).toMatchObject({ delta: 'Let me think.' })
    expect(spoken(events)).toBe('Four.')
  })

  it('usage is added up over the turn, with money where prices are known', async () => {
    const priced = await open({ prices: { input: 1, output: 10 } })
    server.script({ calls: [call('x')], usage: { input: 100, output: 10 } }, { text: 'Fine.', usage: { input: 200, output: 20 } })
    const used = (await say('look up x', priced)).flatMap((event) => (event.type === 'usage' ? [event.usage] : []))
    expect(used).toEqual([
      { input: 100, output: 10, usd: 0.0002 },
      { input: 300, output: 30, usd: 0.0006 },
    ])
  })

  it('tokens and money end a turn before it acts on an answer that took them', async () => {
    const before = looked.length
    const poor = await open({ prices: { input: 1, output: 10 }, budget: { steps: 9, tokens: 1000, seconds: 60, usd: 0.001 } })
    server.script({ calls: [call('dear')], usage: { input: 900, output: 200 } })
    expect((await say('look up dear', poor)).at(-1)).toMatchObject({
      code: 'deadline',
      message: expect.stringContaining('1100 tokens of the 1000'),
    })
    server.script({ calls: [call('dear')], usage: { input: 100, output: 200 } })
    expect((await say('look up dear', poor)).at(-1)).toMatchObject({
      code: 'deadline',
      message: expect.stringContaining('$0.0021 of the $0.001'),
    })
    expect(looked.length).toBe(before)
  })

  it('a model that never ends is stopped after its seconds', async () => {
    server.script({ silent: true })
    const hasty = await open({ budget: { steps: 9, tokens: 1000, seconds: 0.3, usd: 1 } })
    expect((await say('hello', hasty)).at(-1)).toMatchObject({
      type: 'failed',
      code: 'deadline',
      message: expect.stringContaining('longer than'),
    })
  })
})

describe('Azure', () => {
  it('is asked under its own paths, with its own key', async () => {
    const azure = await open({
      model: { azureKey: 'azure-key', azureEndpoint: server.url.replace('/v1', ''), azureDeployment: 'my-gpt', azureVersion: '2024-10-21' },
      fallbackModel: 'my-other',
    })
    server.script({ status: 404, error: 'DeploymentNotFound' }, { calls: [call('azure')] }, { text: 'From Azure.' })
    const events = await say('look up azure', azure)
    expect(resultsIn(events)).toMatchObject([{ ok: true }])
    expect(spoken(events)).toBe('From Azure.')
    expect(server.asked.slice(-3).map(({ path }) => path.split('?')[0])).toEqual([
      '/openai/deployments/my-gpt/chat/completions',
      '/openai/deployments/my-other/chat/completions',
      '/openai/deployments/my-gpt/chat/completions',
    ])
    expect(server.asked.at(-1)?.headers['api-key']).toBe('azure-key')
  })
})
