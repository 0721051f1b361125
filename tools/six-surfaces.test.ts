import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { type OpenAiServer, openAiServer } from '../agents/testing/openai-server.ts'
import { remoteChat } from '../cli/remote-chat.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { draftOf, readDraft } from '../web/ui/forms/draft.ts'
import { formOf } from '../web/ui/forms/form-model.ts'
import { program, type RunningServer, startMillrace } from './running-server.ts'

interface Answer {
  readonly ok: boolean
  /** The data of a success, the sentence of a failure. */
  readonly data: unknown
}

type Call = (tool: string, input: Readonly<Record<string, unknown>>) => Promise<Answer>

const done = z.object({ content: z.string(), data: z.unknown() })
const problem = z.object({ detail: z.string(), code: z.string() })
const toolResult = z.object({
  content: z.array(z.object({ text: z.string() })),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
})

// Processes are started for it: on a busy machine that alone takes a while.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** An agent that has read from outside would be asked about what it creates; here it is answered as a person is. */
const policy = { table: { agent: { create: 'run' } } }

let server: RunningServer
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let model: OpenAiServer
const clients: Client[] = []

beforeAll(async () => {
  model = await openAiServer()
  folder = await temporaryFolder()
  const policyFile = join(folder.path, 'policy.json')
  await writeFile(policyFile, JSON.stringify(policy))
  server = await startMillrace({
    OPENAI_BASE_URL: model.url,
    OPENAI_API_KEY: 'test',
    MILLRACE_MODEL: 'scripted',
    MILLRACE_POLICY: policyFile,
  })
})
afterAll(async () => {
  for (const client of clients) await client.close()
  await server.close()
  await model.close()
  await folder.remove()
})

const authorised = () => ({ authorization: `Bearer ${server.token}` })

const http: Call = async (tool, input) => {
  const response = await fetch(`${server.url}/api/tools/${tool}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorised() },
    body: JSON.stringify(input),
  })
  const body: unknown = await response.json()
  return response.ok ? { ok: true, data: done.parse(body).data } : { ok: false, data: problem.parse(body).detail }
}

const commandLine: Call = async (tool, input) => {
  const flags = Object.entries(input).flatMap(([name, value]) => [`--${name.replaceAll('_', '-')}`, String(value)])
  const { code, out, err } = await server.run([tool.replaceAll('_', '-'), ...flags, '--json'])
  return code === 0 ? { ok: true, data: JSON.parse(out) } : { ok: false, data: err.trimEnd() }
}

const mcp = (connect: (client: Client) => Promise<void>): Call => {
  let connected: Promise<Client> | undefined
  const open = async (): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } })
    clients.push(client)
    await connect(client)
    await client.listTools()
    return client
  }
  return async (tool, input) => {
    connected ??= open()
    const { content, structuredContent, isError } = toolResult.parse(await (await connected).callTool({ name: tool, arguments: input }))
    return isError ? { ok: false, data: content[0]?.text } : { ok: true, data: structuredContent }
  }
}

const mcpHttp = mcp((client) =>
  client.connect(new StreamableHTTPClientTransport(new URL('/mcp', server.url), { requestInit: { headers: authorised() } })),
)
const mcpStdio = mcp((client) =>
  client.connect(new StdioClientTransport({ command: process.execPath, args: [program, 'mcp'], env: { ...server.env } })),
)

let threads = 0
const agent: Call = async (tool, input) => {
  model.script({ calls: [{ name: tool, args: input }] }, { text: 'Done.' })
  const chat = remoteChat({ url: server.url, token: server.token })
  for await (const event of chat({ thread: `six-${++threads}`, message: 'Do it.' }, AbortSignal.timeout(60_000)))
    if (event.type === 'result') return { ok: event.ok, data: event.ok ? event.data : event.content }
  throw new Error('The agent called nothing.')
}

const described = z.object({ input: z.unknown() })
const form: Call = async (tool, input) => {
  const description = await fetch(`${server.url}/api/tools/${tool}`, { headers: authorised() })
  const field = formOf(described.parse(await description.json()).input)
  const { value, errors } = readDraft(field, draftOf(field, input))
  expect(errors).toEqual([])
  return http(tool, z.record(z.string(), z.unknown()).parse(value))
}

const surfaces: readonly [string, Call][] = [
  ['the command line', commandLine],
  ['MCP over stdio', mcpStdio],
  ['MCP over HTTP', mcpHttp],
  ['an agent', agent],
  ['a form', form],
]

/** What differs from run to run. */
function withoutTimes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTimes)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'seconds' && key !== 'run')
      .map(([key, inner]) => [key, withoutTimes(inner)]),
  )
}

const calls: readonly [string, string, Readonly<Record<string, unknown>>][] = [
  ['a quick reading tool', 'profile_data', { dataset: 'customers' }],
  ['a durable creating tool', 'train_model', { dataset: 'customers', target: 'churned', algorithm: 'tree', folds: 3, seed: 7 }],
  ['a tool whose data is somebody else’s text', 'search_documents', { query: 'days of leave', collection: 'handbook', top_k: 3 }],
  ['a dataset that does not exist', 'profile_data', { dataset: 'custmers' }],
  ['a name that is too long', 'profile_data', { dataset: 'x'.repeat(121) }],
  ['a target that is no column', 'train_model', { dataset: 'customers', target: 'churnd', algorithm: 'tree' }],
]

describe.each(calls)('one call, six surfaces: %s', (_, tool, input) => {
  let expected: Answer
  beforeAll(async () => {
    expected = await http(tool, input)
  })

  it.each(surfaces)('%s gives what HTTP gives', async (_surface, call) => {
    const answer = await call(tool, input)
    expect(answer.ok).toBe(expected.ok)
    expect(withoutTimes(answer.data)).toEqual(withoutTimes(expected.data))
  })
})

describe('the six surfaces', () => {
  it('were tried with calls that succeed and calls that fail', async () => {
    const outcomes = await Promise.all(calls.map(([, tool, input]) => http(tool, input)))
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, true, false, false, false])
  })
})
