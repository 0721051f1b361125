import { HttpAgent } from '@ag-ui/client'
import { AGUI_MEDIA_TYPE } from '@ag-ui/encoder'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ChatEvent, Orchestrator } from '../../agents/chat.ts'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import { type AguiEvent, eventsIn, mistakesIn, ProtobufAgent, say } from './test-agui.ts'
import { openTestServer, type TestServer } from './test-server.ts'

let server: TestServer
let stops = 0
beforeAll(async () => {
  server = await openTestServer({ orchestrator: talkative, runLimits: { atOnce: 4, unheardMs: 300, keptMs: 60_000 } })
})
afterAll(() => server.close())

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Says all numbers up to the one asked for, with a call and a plan in between; `wait` goes on until it is stopped. */
const talkative: Orchestrator = {
  async *chat({ message = '', signal }): AsyncGenerator<ChatEvent> {
    yield { type: 'started', turn: 't', model: 'script' }
    signal.addEventListener('abort', () => stops++)
    if (message === 'wait') {
      yield { type: 'text', message: 'm', delta: 'Waiting' }
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    }
    for (let number = 1; number <= Number(message); number++) {
      yield { type: 'text', message: 'm', delta: `${number} ` }
      if (number % 7 === 0) await pause(1)
      if (number % 10 === 0) {
        yield { type: 'call', call: `c${number}`, tool: 'add_numbers' }
        yield { type: 'arguments', call: `c${number}`, delta: '{"a":1,"b":2}' }
        yield { type: 'called', call: `c${number}` }
        yield { type: 'result', call: `c${number}`, tool: 'add_numbers', content: '3', data: { sum: 3 }, ok: true }
      }
    }
    yield { type: 'finished' }
  },
  history: async () => [],
  threads: async () => [],
}

const headers = (accept: string): Record<string, string> => ({ 'content-type': 'application/json', accept })
const bodyOf = (runId: string, content: string, threadId = `thread-${runId}`): string =>
  JSON.stringify({ threadId, runId, messages: [{ id: 'm', role: 'user', content }] })

/** Whole frames at the beginning of what came, and the bytes of all of them. */
type Frames = (bytes: Uint8Array) => readonly Uint8Array[]

const sseFrames: Frames = (bytes) => {
  const text = Buffer.from(bytes).toString('latin1')
  return [...text.matchAll(/[\s\S]*?\n\n/g)].map(([frame]) => Buffer.from(frame, 'latin1'))
}

const protobufFrames: Frames = (bytes) => {
  const found: Uint8Array[] = []
  const view = Buffer.from(bytes)
  for (let at = 0; at + 4 <= view.length && at + 4 + view.readUInt32BE(at) <= view.length; ) {
    const end = at + 4 + view.readUInt32BE(at)
    found.push(bytes.subarray(at, end))
    at = end
  }
  return found
}

interface Tally {
  cuts: number
}

/**
 * A connection that breaks: reads a random number of bytes, hangs up, comes back with the number of events it has whole. The
 * client behind it sees one answer. `posts`: it comes back by asking for the same run again.
 */
function breaking(
  chance: () => number,
  tally: Tally,
  { posts, frames }: { readonly posts: boolean; readonly frames: Frames },
): typeof fetch {
  return async (url, init = {}) => {
    const runId = /"runId":"([^"]+)"/.exec(String(init.body))?.[1] ?? ''
    const ask = (after: number): Promise<Response> => {
      const common = { headers: { ...Object.fromEntries(new Headers(init.headers)), 'last-event-id': `${after}` } }
      if (after === 0 || posts) return fetch(url, { method: 'POST', ...(init.body === undefined ? {} : { body: init.body }), ...common })
      return fetch(`${server.url}/agui/runs/${runId}/events`, common)
    }
    const whole: Uint8Array[] = []
    let type = ''
    for (let ended = false; !ended; ) {
      const gone = new AbortController()
      const response = await ask(whole.length)
      type = response.headers.get('content-type') ?? ''
      const reader = response.body?.getReader()
      const limit = tally.cuts > 0 ? Math.floor(chance() * 1500) : Number.POSITIVE_INFINITY
      let bytes = new Uint8Array()
      while (bytes.length < limit) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (value !== undefined) bytes = Buffer.concat([bytes, value])
        ended = done
        if (done) break
      }
      if (!ended) tally.cuts -= 1
      const cut = ended ? bytes : bytes.subarray(0, limit)
      whole.push(...frames(cut))
      await reader?.cancel()
      gone.abort()
    }
    return new Response(Buffer.concat(whole), { headers: { 'content-type': type } })
  }
}

const typesOf = (events: readonly AguiEvent[]): readonly string[] => events.map(({ type }) => type)

describe('a client that is cut and comes back', () => {
  it.each([
    ['Server-Sent Events, by the events of the run', HttpAgent, sseFrames, false],
    ['Server-Sent Events, by asking for the run again', HttpAgent, sseFrames, true],
    ['protobuf, by the events of the run', ProtobufAgent, protobufFrames, false],
    ['protobuf, by asking for the run again', ProtobufAgent, protobufFrames, true],
  ] as const)('200 times over four ways loses nothing and reads nothing twice: %s', async (_, Agent, frames, posts) => {
    const chance = seededRandom(posts ? 1 : 2)
    const whole = await say(new HttpAgent({ url: `${server.url}/agui` }), '60')
    const tally = { cuts: 50 }
    while (tally.cuts > 0) {
      const agent = new Agent({ url: `${server.url}/agui`, fetch: breaking(chance, tally, { posts, frames }) })
      const events = await say(agent, '60')
      expect(mistakesIn(events)).toEqual([])
      expect(typesOf(events)).toEqual(typesOf(whole))
      expect(agent.messages.map(({ content }) => content)).toEqual(
        expect.arrayContaining(['1 2 3 4 5 6 7 8 9 10 ', '51 52 53 54 55 56 57 58 59 60 ']),
      )
    }
    expect(tally.cuts).toBe(0)
  })

  it('gets from every position exactly the rest, in both encodings', async () => {
    const text = await server.send('/agui', { body: bodyOf('run-rest', '20'), headers: headers('text/event-stream') })
    const all = eventsIn(text.text)
    for (const after of [0, 1, 7, all.length - 1, all.length]) {
      const rest = await server.send(`/agui/runs/run-rest/events?after=${after}`)
      expect(eventsIn(rest.text)).toEqual(all.slice(after))
      const again = await server.send('/agui', { body: bodyOf('run-rest', '20'), headers: { 'last-event-id': `${after}` } })
      expect(again.text).toBe(rest.text)
      const binary = await fetch(`${server.url}/agui/runs/run-rest/events`, {
        headers: { accept: AGUI_MEDIA_TYPE, 'last-event-id': `${after}` },
      })
      expect(protobufFrames(new Uint8Array(await binary.arrayBuffer()))).toHaveLength(all.length - after)
    }
  })

  it('numbers events from 1 without gaps', async () => {
    const { text } = await server.send('/agui', { body: bodyOf('run-numbers', '20') })
    const numbers = [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id))
    expect(numbers).toEqual(eventsIn(text).map((_, at) => at + 1))
  })

  it('is told what is wrong with a position that cannot be', async () => {
    await server.send('/agui', { body: bodyOf('run-wrong', '2') })
    for (const after of ['-1', 'x', '1e3', '99999'])
      expect(await server.send(`/agui/runs/run-wrong/events?after=${after}`), after).toMatchObject({ status: 400, json: { code: 'usage' } })
    expect(await server.send('/agui/runs/none/events')).toMatchObject({ status: 404 })
    expect(await server.send('/agui', { body: bodyOf('run-lost', '2'), headers: { 'last-event-id': '5' } })).toMatchObject({ status: 404 })
  })
})

describe('a turn', () => {
  it('goes on while nobody listens, for a while, and tells its end to who comes back', async () => {
    const before = stops
    await leave('run-left')
    await vi.waitFor(() => expect(stops).toBe(before + 1))
    const events = eventsIn((await server.send('/agui/runs/run-left/events')).text)
    expect(mistakesIn(events)).toEqual([])
    expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'cancelled' } })
  })

  it('is ended by an explicit stop at once, and every listener hears it', async () => {
    const listening = server.send('/agui', { body: bodyOf('run-stopped', 'wait') })
    await vi.waitFor(async () => expect(await runs()).toContainEqual(expect.objectContaining({ runId: 'run-stopped', ended: false })))
    const other = server.send('/agui/runs/run-stopped/events')
    expect(await server.send('/agui/runs/run-stopped/stop', { method: 'POST' })).toMatchObject({
      status: 202,
      json: { runId: 'run-stopped' },
    })
    for (const { text } of [await listening, await other]) {
      expect(mistakesIn(eventsIn(text))).toEqual([])
      expect(eventsIn(text).at(-1)).toMatchObject({ outcome: { type: 'cancelled' } })
    }
    expect(await server.send('/agui/runs/none/stop', { method: 'POST' })).toMatchObject({ status: 404 })
  })

  it('is ended by who left it and speaks again in the same conversation', async () => {
    const agent = new HttpAgent({ url: `${server.url}/agui` })
    const before = stops
    const left = say(agent, 'wait')
    await vi.waitFor(() => expect(agent.messages.at(-1)).toMatchObject({ role: 'assistant' }))
    agent.abortRun()
    await left.catch(() => undefined)
    const events = await say(agent, '3')
    expect(mistakesIn(events)).toEqual([])
    expect(events.flatMap((event) => (event.type === 'TEXT_MESSAGE_CONTENT' ? event.delta : []))).toEqual(['1 ', '2 ', '3 '])
    expect(stops).toBe(before + 1)
  })

  it('is found only by its caller', async () => {
    const tokens = await openTestServer({ orchestrator: talkative, auth: 'token' })
    try {
      const { identity } = tokens.millrace.platform
      const [ana, ben] = await Promise.all(['ana', 'ben'].map((name) => identity.mint({ name, kind: 'person', role: 'admin' })))
      const as = (token = ''): Record<string, string> => ({ authorization: `Bearer ${token}` })
      await tokens.send('/agui', { body: bodyOf('run-own', '3'), headers: as(ana?.token) })
      expect(await tokens.send('/agui/runs/run-own/events', { headers: as(ana?.token) })).toMatchObject({ status: 200 })
      expect(await tokens.send('/agui/runs/run-own/events', { headers: as(ben?.token) })).toMatchObject({ status: 404 })
      expect(await tokens.send('/agui/runs/run-own/stop', { method: 'POST', headers: as(ben?.token) })).toMatchObject({ status: 404 })
      expect(await tokens.send('/agui/runs', { headers: as(ben?.token) })).toMatchObject({ json: { runs: [] } })
      const same = await tokens.send('/agui', { body: bodyOf('run-own', '5'), headers: as(ben?.token) })
      expect(same.text).toContain('"delta":"5 "')
    } finally {
      await tokens.close()
    }
  })

  it('that goes on refuses another input under its id, and the flood of its caller', async () => {
    const open = Array.from({ length: 4 }, (_, at) => server.send('/agui', { body: bodyOf(`run-flood-${at}`, 'wait') }))
    await vi.waitFor(async () => expect((await runs()).filter(({ ended }) => !ended)).toHaveLength(4))
    const other = await server.send('/agui', { body: bodyOf('run-flood-0', '3') })
    expect(other).toMatchObject({ status: 409, json: { code: 'conflict' } })
    const flood = await server.send('/agui', { body: bodyOf('run-flood-9', '3') })
    expect(flood).toMatchObject({ status: 429, json: { detail: expect.stringContaining('chat turns go on already') } })
    expect(flood.headers['retry-after']).toBeDefined()
    for (let at = 0; at < 4; at++) await server.send(`/agui/runs/run-flood-${at}/stop`, { method: 'POST' })
    for (const { text } of await Promise.all(open)) expect(mistakesIn(eventsIn(text))).toEqual([])
    expect(await server.send('/agui', { body: bodyOf('run-flood-9', '3') })).toMatchObject({ status: 200 })
  })

  it('tells who reconnects with nothing the conversation first, then itself from the start', async () => {
    const listening = server.send('/agui', { body: bodyOf('run-open', 'wait', 'thread-open') })
    await vi.waitFor(async () => expect(await runs()).toContainEqual(expect.objectContaining({ runId: 'run-open', ended: false })))
    const connected = server.send('/agui/threads/thread-open/events')
    await pause(50)
    await server.send('/agui/runs/run-open/stop', { method: 'POST' })
    const events = eventsIn((await connected).text)
    expect(mistakesIn(events)).toEqual([])
    expect(typesOf(events).slice(0, 3)).toEqual(['RUN_STARTED', 'MESSAGES_SNAPSHOT', 'STATE_SNAPSHOT'])
    expect(events.filter(({ type }) => type !== 'MESSAGES_SNAPSHOT')).toEqual(eventsIn((await listening).text))
  })
})

async function runs(): Promise<readonly { readonly runId: string; readonly ended: boolean }[]> {
  const { json } = await server.send('/agui/runs')
  const list: unknown = Object(json).runs
  return Array.isArray(list) ? list : []
}

async function leave(runId: string): Promise<void> {
  const gone = new AbortController()
  const response = await fetch(`${server.url}/agui`, {
    method: 'POST',
    headers: headers('text/event-stream'),
    body: bodyOf(runId, 'wait'),
    signal: gone.signal,
  })
  await response.body?.getReader().read()
  gone.abort()
}
