import { PassThrough } from 'node:stream'
import type { JSONRPCMessage } from '@modelcontextprotocol/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool } from '../tools/tool.ts'
import { createStdioWire } from './stdio-wire.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

let ran = 0

const touch = defineTool({
  name: 'touch_it',
  title: 'Touch',
  description: 'Counts how often it ran; for tests that a refused message runs nothing.',
  input: z.looseObject({}),
  output: z.object({}),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async () => {
    ran += 1
    return { content: 'Touched.', data: {} }
  },
})

const call = (args: unknown = {}, id: unknown = 7) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'touch_it', arguments: args },
})
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const deep = JSON.stringify(call('DEEP')).replace('"DEEP"', nested(5000))

describe('over HTTP', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace([touch])
    mcp = await openTestMcp(millrace, { bodyLimit: 200_000 })
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })
  beforeEach(() => {
    ran = 0
  })

  it('refuses bytes that are no UTF-8, and runs nothing', async () => {
    const body = Buffer.from(JSON.stringify(call({ text: '?' })).replace('?', '\xff'), 'latin1')
    const response = await fetch(mcp.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body,
    })
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32_700 } }])
    expect(ran).toBe(0)
  })

  const modern = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const modernCall = (meta: object) => ({ ...call(), params: { ...call().params, _meta: meta } })
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'touch_it' }

  it.each<[string, unknown, Readonly<Record<string, string>>, { readonly status: number; readonly code: number }]>([
    ['what is not JSON', '{"jsonrpc":', {}, { status: 400, code: -32_700 }],
    ['nothing at all', '', {}, { status: 400, code: -32_700 }],
    ['a batch', [call(), call({}, 8)], {}, { status: 400, code: -32_600 }],
    ['an empty batch', [], {}, { status: 400, code: -32_600 }],
    ['arguments nested 5,000 deep', deep, {}, { status: 400, code: -32_600 }],
    ['more than the limit', call({ text: 'x'.repeat(300_000) }), {}, { status: 413, code: -32_000 }],
    ['another media type', call(), { 'content-type': 'text/plain' }, { status: 415, code: -32_000 }],
    ['a session that never was', call(), { 'mcp-session-id': '5f1c7c7e-0000-4000-8000-000000000000' }, { status: 404, code: -32_001 }],
    ['a version nobody knows', call(), { 'mcp-protocol-version': '1999-01-01' }, { status: 400, code: -32_000 }],
    [
      'a request of a revision nobody knows',
      modernCall({ ...modern, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' }),
      { ...headers, 'mcp-protocol-version': '2031-01-01' },
      { status: 400, code: -32_022 },
    ],
    ['headers that name another tool', modernCall(modern), { ...headers, 'mcp-name': 'other' }, { status: 400, code: -32_020 }],
    [
      'a request that does not say what its client can do',
      modernCall({ 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }),
      headers,
      { status: 400, code: -32_602 },
    ],
    ['what is not a request', { jsonrpc: '1.0', id: 1, method: 'tools/call' }, {}, { status: 400, code: -32_600 }],
    ['a number', '42', {}, { status: 400, code: -32_600 }],
  ])('%s is refused by the protocol, and nothing runs', async (_what, body, more, { status, code }) => {
    const response = await mcp.post(body, more)
    expect(response.status).toBe(status)
    expect(JSON.parse(await response.text())).toMatchObject({ jsonrpc: '2.0', error: { code, message: expect.any(String) } })
    expect(ran).toBe(0)
    expect((await mcp.post(call())).status).toBe(200)
    expect(ran).toBe(1)
  })

  it('a forged state of a call is refused', async () => {
    const { error } = await mcp.ask('tools/call', { name: 'touch_it', arguments: {}, requestState: 'v1.e30.forged' })
    expect(error).toMatchObject({ code: -32_602 })
    expect(ran).toBe(0)
  })

  it('arguments of twenty levels are nothing special', async () => {
    expect((await mcp.post(JSON.stringify(call('DEEP')).replace('"DEEP"', nested(20)))).status).toBe(200)
    expect(ran).toBe(1)
  })
})

describe('over stdio', () => {
  const open = async () => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const heard: JSONRPCMessage[] = []
    const troubles: string[] = []
    const wire = createStdioWire({ input, output })
    wire.onmessage = (message) => void heard.push(message)
    wire.onerror = ({ message }) => void troubles.push(message)
    await wire.start()
    let text = ''
    output.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    return {
      input,
      heard,
      troubles,
      answers: () =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line): unknown => JSON.parse(line)),
    }
  }

  it.each<[string, string, number, unknown]>([
    ['a line that is not JSON', '{"jsonrpc":', -32_700, null],
    ['a batch', JSON.stringify([call()]), -32_600, null],
    ['arguments nested 5,000 deep', deep, -32_600, 7],
    ['what is no JSON-RPC', '{"id": 3, "hello": true}', -32_600, 3],
    ['a line longer than the limit', `"${'x'.repeat(9_000_000)}"`, -32_600, null],
  ])('%s is answered with the error, told, and followed by the next message', async (_what, line, code, id) => {
    const { input, heard, troubles, answers } = await open()
    input.write(`${line}\n${JSON.stringify(call())}\n`)
    await expect.poll(() => heard).toMatchObject([{ method: 'tools/call', id: 7 }])
    expect(answers()).toMatchObject([{ jsonrpc: '2.0', id, error: { code, message: expect.any(String) } }])
    expect(troubles).toHaveLength(1)
  })

  it('messages may come in pieces, several at once, and with empty lines between', async () => {
    const { input, heard } = await open()
    const text = `${JSON.stringify(call({ word: 'Fährte' }))}\r\n\n${JSON.stringify(call({}, 8))}\n`
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += 7) input.write(bytes.subarray(at, at + 7))
    await expect.poll(() => heard).toMatchObject([{ id: 7, params: { arguments: { word: 'Fährte' } } }, { id: 8 }])
  })
})
