import { spawn } from 'node:child_process'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as OldStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { folderOwner } from '../platform/folder-lock.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { environment, program, type RunningServer, runProgram, startMillrace } from '../tools/running-server.ts'

// Processes are started for it: on a busy machine that alone takes a while.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

const result = z.object({
  content: z.array(z.object({ text: z.string() })),
  structuredContent: z.object({ datasets: z.array(z.object({ name: z.string() })) }),
})
type Listed = { readonly tools: readonly { readonly name: string }[] }

interface Connection {
  listTools(): Promise<Listed>
  callTool(params: { name: string; arguments: Record<string, unknown> }): Promise<unknown>
  close(): Promise<void>
}

const started = (env: Readonly<Record<string, string>>) => ({ command: process.execPath, args: [program, 'mcp'], env: { ...env } })

async function modern(env: Readonly<Record<string, string>>): Promise<Connection> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StdioClientTransport(started(env)))
  return client
}

async function old(env: Readonly<Record<string, string>>): Promise<Connection> {
  const client = new OldClient({ name: 'test', version: '1' })
  await client.connect(new OldStdioTransport(started(env)))
  return client
}

const opening = [
  {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'raw', version: '1' } },
  },
  { jsonrpc: '2.0', method: 'notifications/initialized' },
  { jsonrpc: '2.0', id: 2, method: 'tools/list' },
]

describe('millrace mcp', () => {
  let server: RunningServer
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let alone: Readonly<Record<string, string>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    alone = { ...environment(), MILLRACE_HOME: folder.path }
    server = await startMillrace()
  })
  afterAll(async () => {
    await server.close()
    await folder.remove()
  })

  it.each([
    ['a 2026-07-28 client', modern],
    ['a client of the old package', old],
  ])('beside a running server serves its tools to %s', async (_, connect) => {
    const client = await connect(server.env)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('train_model')
    const { structuredContent } = result.parse(await client.callTool({ name: 'list_datasets', arguments: {} }))
    expect(structuredContent.datasets.map(({ name }) => name)).toContain('customers')
    await client.close()
  })

  it('without a server owns the data folder until its client leaves', async () => {
    const client = await old(alone)
    expect(result.parse(await client.callTool({ name: 'list_datasets', arguments: {} })).structuredContent).toEqual({ datasets: [] })
    const refused = await runProgram(['list-datasets'], { env: alone })
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/is in use by process \d+/) })
    await client.close()
    await expect.poll(() => folderOwner(folder.path), { timeout: 20_000 }).toBeUndefined()
  })

  it('writes nothing but the protocol on standard output, and ends when its input ends', async () => {
    const lines = await raw(server.env, opening)
    expect(lines.map((line) => z.object({ jsonrpc: z.literal('2.0'), id: z.int() }).parse(JSON.parse(line)).id)).toEqual([1, 2])
  })

  it.each([
    ['beside a running server', () => server.env],
    ['as the owner of the data folder', () => alone],
  ])('%s answers a line that is not JSON with a parse error, a batch with a refusal, and goes on', async (_, env) => {
    const lines = await raw(env(), ['{"jsonrpc": nonsense', [opening[2]], ...opening])
    const answers = lines.map((line) => z.looseObject({ id: z.int().nullable() }).parse(JSON.parse(line)))
    expect(answers).toMatchObject([{ id: null, error: { code: -32_700 } }, { id: null, error: { code: -32_600 } }, { id: 1 }, { id: 2 }])
  })

  it('says on standard error why it cannot start', async () => {
    const { code, out, err } = await runProgram(['mcp'], { env: { ...alone, PORT: 'many' } })
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toContain('PORT')
  })
})

/** Sends messages and reads until each but the notifications is answered, then closes standard input; the process must end with 0. */
async function raw(env: Readonly<Record<string, string>>, messages: readonly (object | string)[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, 'mcp'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const wanted = messages.filter((message) => typeof message === 'string' || Array.isArray(message) || 'id' in message).length
  let text = ''
  const answered = new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.split('\n').length > wanted) resolve()
    })
  })
  for (const message of messages) child.stdin.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`)
  await answered
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.end()
  expect(await ended).toBe(0)
  return text.trimEnd().split('\n')
}
