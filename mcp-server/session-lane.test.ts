import { setTimeout as sleep } from 'node:timers/promises'
import { McpServer } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool } from '../tools/tool.ts'
import { createKeptEvents } from './kept-events.ts'
import { createSessionLane } from './session-lane.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

const slow = defineTool({
  name: 'slow_word',
  title: 'Slow word',
  description: 'Says a word after a while; for tests of streams that are cut before the answer.',
  input: z.strictObject({}),
  output: z.object({}),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async () => {
    await sleep(400)
    return { content: 'It is tide.', data: {} }
  },
})

const opening = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
}

describe('a session', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace([slow])
    mcp = await openTestMcp(millrace)
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })

  it('gives the answer on the next stream when the first was cut, to its own caller only', async () => {
    const session = (await mcp.post(opening)).headers.get('mcp-session-id') ?? ''
    const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }
    await mcp.post({ jsonrpc: '2.0', method: 'notifications/initialized' }, headers)
    const cut = await mcp.post({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'slow_word', arguments: {} } }, headers)
    const reader = cut.body?.pipeThrough(new TextDecoderStream()).getReader()
    const first = (await reader?.read())?.value ?? ''
    const last = /^id: (\S+)$/m.exec(first)?.[1] ?? ''
    expect(first).toMatch(/^retry: \d+$/m)
    expect(last).not.toBe('')
    await reader?.cancel()
    await sleep(600)
    const resume = (more: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(mcp.url, { headers: { ...headers, accept: 'text/event-stream', 'last-event-id': last, ...more } })
    expect((await resume({ authorization: 'Bearer viewer' })).status).toBe(404)
    const resumed = await resume({})
    let text = ''
    for await (const chunk of resumed.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes('It is tide.')) break
    }
    expect(text).toContain('"id":2')
  })
})

it('what is refused as a session leaves no server behind', async () => {
  const millrace = await openTestMillrace([])
  let ended = 0
  const lane = createSessionLane({
    bodyLimit: 10_000,
    single: async () => new Response(),
    open: () => {
      const mcp = new McpServer({ name: 'test', version: '1' })
      mcp.server.onclose = () => (ended += 1)
      return mcp
    },
  })
  const from = { authInfo: { token: '', clientId: 'one', scopes: [] }, caller: millrace.owner, parsedBody: opening }
  const headers = { 'content-type': 'application/json', accept: 'text/html' }
  const refused = await lane.fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(opening) }), from)
  expect(refused.status).toBe(406)
  expect(ended).toBe(1)
  await lane.close()
  await millrace.close()
})

describe('kept events', () => {
  const message = (id: number) => ({ jsonrpc: '2.0' as const, id, result: {} })
  const replayed = async (store: ReturnType<typeof createKeptEvents>, after: string): Promise<readonly unknown[]> => {
    const sent: unknown[] = []
    await store.replayEventsAfter(after, { send: async (_id, one) => void sent.push(one) })
    return sent
  }

  it('are those of one stream after the last one seen', async () => {
    const store = createKeptEvents()
    const first = await store.storeEvent('a', message(1))
    await store.storeEvent('b', message(2))
    await store.storeEvent('a', message(3))
    expect(await replayed(store, first)).toEqual([message(3)])
    expect(await replayed(store, 'nonsense')).toEqual([])
  })

  it('are bounded in number and in bytes', async () => {
    const few = createKeptEvents({ most: 2 })
    const [start] = [await few.storeEvent('a', message(1)), await few.storeEvent('a', message(2)), await few.storeEvent('a', message(3))]
    expect(await replayed(few, start)).toEqual([message(2), message(3)])
    const small = createKeptEvents({ mostBytes: 60 })
    const [early] = [
      await small.storeEvent('a', message(1)),
      await small.storeEvent('a', message(2)),
      await small.storeEvent('a', message(3)),
    ]
    expect(await replayed(small, early)).toEqual([message(3)])
  })
})

it('a caller who opens one session after the other loses their own oldest, and nobody else theirs', async () => {
  const millrace = await openTestMillrace([])
  const lane = createSessionLane({
    bodyLimit: 10_000,
    mostOfOne: 2,
    single: async () => new Response(),
    open: () => new McpServer({ name: 'test', version: '1' }),
  })
  const from = (id: string) => ({
    authInfo: { token: '', clientId: id, scopes: [] },
    caller: { ...millrace.owner, id },
    parsedBody: opening,
  })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const open = async (id: string): Promise<string> => {
    const request = new Request('http://localhost/mcp', { method: 'POST', headers, body: JSON.stringify(opening) })
    return (await lane.fetch(request, from(id))).headers.get('mcp-session-id') ?? ''
  }
  const lives = async (id: string, session: string): Promise<boolean> => {
    const request = new Request('http://localhost/mcp', { method: 'DELETE', headers: { ...headers, 'mcp-session-id': session } })
    return (await lane.fetch(request, from(id))).status !== 404
  }
  const other = await open('other')
  const mine = [await open('mine'), await open('mine'), await open('mine')]
  expect(await Promise.all(mine.map((session) => lives('mine', session)))).toEqual([false, true, true])
  expect(await lives('other', other)).toBe(true)
  await lane.close()
  await millrace.close()
})
