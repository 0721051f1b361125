import { PassThrough } from 'node:stream'
import { Client } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool, type Effect } from '../tools/tool.ts'
import { relayMcpStdio } from './stdio-relay.ts'
import { createStdioWire } from './stdio-wire.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

const cancelled: string[] = []

const count = defineTool({
  name: 'count_to',
  title: 'Count',
  description: 'Counts to a number in steps, telling how far it is; for tests of progress and cancellation.',
  input: z.strictObject({
    to: z.int().min(1).max(100).describe('The last number.'),
    wait: z.boolean().default(false).describe('Wait for a cancel.'),
  }),
  output: z.object({ counted: z.int() }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ to, wait }, context) => {
    for (let number = 1; number <= to; number++) context.progress({ fraction: number / to, message: `at ${number}` })
    if (wait)
      await new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => {
          cancelled.push('heard')
          reject(context.signal.reason)
        }),
      )
    return { content: `Counted to ${to}.`, data: { counted: to } }
  },
})

const writing = (name: string, effect: Effect) =>
  defineTool({
    name,
    title: name,
    description: 'Pretends to write something; for tests of what an agent may do at once and what a person decides.',
    input: z.strictObject({ word: z.string().min(2).describe('A word.') }),
    output: z.object({ word: z.string(), next: z.object({ word: z.string() }).optional() }),
    effect,
    role: effect === 'delete' ? 'admin' : 'builder',
    examples: [],
    run: async (input, context) => context.commit(async () => ({ content: `Wrote ${input.word}.`, data: input })),
  })

const tools = [count, writing('add_word', 'create'), writing('change_word', 'change'), writing('drop_word', 'delete')]

type CallOptions =
  | { readonly onprogress: (progress: { progress: number; message?: string | undefined }) => void; readonly signal?: AbortSignal }
  | undefined

interface Connection {
  listTools(): Promise<{ tools: { name: string; inputSchema: unknown; outputSchema?: unknown; annotations?: object | undefined }[] }>
  callTool(
    params: { name: string; arguments?: Record<string, unknown> },
    options?: CallOptions,
  ): Promise<{ content: unknown; structuredContent?: unknown; isError?: boolean | undefined; _meta?: unknown }>
  close(): Promise<void>
}

describe('MCP', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace(tools)
    mcp = await openTestMcp(millrace)
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })

  const named = (client: Client): Client => {
    expect(client.getServerVersion()).toMatchObject({ name: 'millrace', version: '1.2.3' })
    return client
  }
  const oldClient = async (): Promise<Connection> => {
    const client = new OldClient({ name: 'test', version: '1' })
    await client.connect(new OldHttpTransport(mcp.url))
    return {
      listTools: () => client.listTools(),
      callTool: async (params, options) => z.looseObject({ content: z.unknown() }).parse(await client.callTool(params, undefined, options)),
      close: () => client.close(),
    }
  }
  const throughRelay = async (mode: 'auto' | 'legacy'): Promise<Connection> => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    const relayed = relayMcpStdio({ url: mcp.url.href, token: 'admin', input, output, warn: () => undefined })
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(createStdioWire({ input: output, output: input }))
    return {
      listTools: () => client.listTools(),
      callTool: (params, options) => client.callTool(params, options),
      close: async () => {
        await client.close()
        input.end()
        await relayed
      },
    }
  }

  const connections = {
    'a 2026-07-28 client': async (): Promise<Connection> => named(await mcp.client('auto')),
    'a 2025 client of the new package': async (): Promise<Connection> => named(await mcp.client('legacy')),
    'a client of the old package': oldClient,
    'a 2026-07-28 client on stdio beside a running server': () => throughRelay('auto'),
    'a 2025 client on stdio beside a running server': () => throughRelay('legacy'),
  }

  describe.each(Object.entries(connections))('%s', (_name, connect) => {
    let client: Connection
    beforeAll(async () => {
      client = await connect()
    })
    afterAll(() => client.close())

    it('finds every tool with schemas and with its effect as hints', async () => {
      const { tools: listed } = await client.listTools()
      expect(listed.map(({ name }) => name)).toEqual(['add_word', 'change_word', 'count_to', 'drop_word'])
      const [add, change, counting, drop] = listed
      expect(counting).toMatchObject({
        title: 'Count',
        inputSchema: { type: 'object', properties: { to: { type: 'integer', description: 'The last number.' } }, required: ['to'] },
        outputSchema: { type: 'object', properties: { counted: { type: 'integer' } } },
        annotations: { readOnlyHint: true },
        _meta: { 'millrace/sha256': expect.stringMatching(/^[0-9a-f]{64}$/) },
      })
      expect(add?.annotations).toMatchObject({ readOnlyHint: false, destructiveHint: false })
      expect(change?.annotations).toMatchObject({ destructiveHint: true, idempotentHint: true })
      expect(drop?.annotations).toMatchObject({ destructiveHint: true })
    })

    it('gets the sentence as text and the data as structured content', async () => {
      const result = await client.callTool({ name: 'count_to', arguments: { to: 3 } })
      expect(result.content).toMatchObject([{ type: 'text', text: 'Counted to 3.' }, { text: '{"counted":3}' }])
      expect(result.structuredContent).toEqual({ counted: 3 })
      expect(result.isError ?? false).toBe(false)
    })

    it('hears progress that only grows', async () => {
      const heard: { progress: number; message?: string | undefined }[] = []
      await client.callTool({ name: 'count_to', arguments: { to: 5 } }, { onprogress: (progress) => heard.push(progress) })
      expect(heard.map(({ message }) => message)).toEqual(['at 1', 'at 2', 'at 3', 'at 4', 'at 5'])
      expect(heard.map(({ progress }) => progress)).toEqual([20, 40, 60, 80, 100])
    })

    it('cancels a call', async () => {
      cancelled.length = 0
      const controller = new AbortController()
      const call = client.callTool(
        { name: 'count_to', arguments: { to: 1, wait: true } },
        { signal: controller.signal, onprogress: () => controller.abort(new Error('enough')) },
      )
      await expect(call).rejects.toThrow()
      await expect.poll(() => cancelled).toEqual(['heard'])
    })

    it('reads the same sentence for a bad input as every other surface, with the code beside it', async () => {
      await client.listTools()
      const result = await client.callTool({ name: 'count_to', arguments: { to: 'many', colour: 'red' } })
      const fault = await millrace
        .invoke({ tool: 'count_to', input: { to: 'many', colour: 'red' }, caller: millrace.owner })
        .catch((error) => error)
      expect(result).toMatchObject({
        isError: true,
        content: [{ type: 'text', text: fault.message }],
        _meta: { 'millrace/fault': { code: 'invalid_input', errors: fault.errors } },
      })
    })

    it('is told of a tool that does not exist by a protocol error naming the nearest', async () => {
      await expect(client.callTool({ name: 'count_two', arguments: {} })).rejects.toThrow(
        /There is no tool 'count_two'. Did you mean count_to/,
      )
    })

    it('may add at once, and waits for a person before it changes or deletes', async () => {
      await client.listTools()
      expect(await client.callTool({ name: 'add_word', arguments: { word: 'tide' } })).toMatchObject({
        structuredContent: { word: 'tide' },
      })
      for (const name of ['change_word', 'drop_word']) {
        const result = await client.callTool({ name, arguments: { word: 'tide' } })
        expect(result.isError ?? false).toBe(false)
        const { approval } = z.object({ state: z.literal('waiting'), approval: z.string() }).parse(result.structuredContent)
        expect(JSON.stringify(result.content)).toMatch(/a person must approve it first.*http:\/\/localhost\/#\/approvals/)
        const asked = await millrace.platform.approvals.get(approval, 'default')
        expect(asked).toMatchObject({ state: 'pending', tool: name, input: { word: 'tide' }, askedBy: { kind: 'agent', channel: 'mcp' } })
      }
    })
  })

  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Response> => mcp.post(body, headers)
  const opening = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  }
  const listing = { jsonrpc: '2.0', id: 2, method: 'tools/list' }

  it('shows a viewer only what a viewer may call', async () => {
    const response = await post(listing, { authorization: 'Bearer viewer' })
    const text = await response.text()
    expect(text).toContain('count_to')
    expect(text).not.toContain('add_word')
  })

  it("does not let one caller into another's session", async () => {
    const session = (await post(opening)).headers.get('mcp-session-id') ?? ''
    expect(session).not.toBe('')
    expect((await post(listing, { 'mcp-session-id': session })).status).toBe(200)
    expect((await post(listing, { 'mcp-session-id': session, authorization: 'Bearer viewer' })).status).toBe(404)
  })

  it('ends a session on DELETE and answers 404 from then on', async () => {
    const session = (await post(opening)).headers.get('mcp-session-id') ?? ''
    expect((await fetch(mcp.url, { method: 'DELETE', headers: { 'mcp-session-id': session } })).status).toBe(200)
    const after = await post(listing, { 'mcp-session-id': session })
    expect(after.status).toBe(404)
    expect(await after.json()).toMatchObject({ error: { message: expect.stringContaining('Initialize again') } })
  })

  it.each([
    ['what is not JSON', '{"jsonrpc":', 400],
    ['a wrong media type', '{}', 415],
    ['an unknown method', { jsonrpc: '2.0', id: 3, method: 'tools/burn' }, 200],
    ['a call without a name', { jsonrpc: '2.0', id: 3, method: 'tools/call', params: {} }, 200],
    ['an oversized body', `"${'x'.repeat(5_000_000)}"`, 413],
  ])('answers %s with an error and goes on', async (name, body, status) => {
    const response = await post(body, name === 'a wrong media type' ? { 'content-type': 'text/plain' } : {})
    expect(response.status).toBe(status)
    expect(await response.text()).toContain('"error"')
    expect((await post(listing)).status).toBe(200)
  })
})
