/** For tests: a server of ours on a free port, and clients of every kind connected to it. */
import { createServer } from 'node:http'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { type Caller, type Role, roles } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import { approvalPages } from './approval-link.ts'
import { createChanges } from './changes.ts'
import { createMcpHttp, type McpHttpOptions } from './http.ts'
import { createProtocol } from './protocol.ts'

export interface TestMcp {
  readonly url: URL
  /** A request as a client without a library sends it. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** A 2026-07-28 request that says what its client can do; its result or its error. */
  ask(method: string, params: Readonly<Record<string, unknown>>, as?: AskOptions): Promise<Answer>
  /** A client of this kind; `role` is that of its caller, which is one per role. */
  client(mode: 'auto' | 'legacy', options?: ClientOptions & { readonly role?: Role }): Promise<Client>
  close(): Promise<void>
}

export interface AskOptions {
  readonly capabilities?: Readonly<Record<string, unknown>>
  readonly role?: Role
}

const answerSchema = z.object({
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
})
export type Answer = z.output<typeof answerSchema>

/** Where the protocol wants the name of what is asked for repeated in a header. */
const named: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'tasks/get': 'taskId',
  'tasks/update': 'taskId',
  'tasks/cancel': 'taskId',
}

/** Whoever sends `Authorization: Bearer ROLE` is an agent of that role; everybody else is an admin. */
export async function openTestMcp(waist: Waist, options: Pick<McpHttpOptions, 'profile' | 'bodyLimit'> = {}): Promise<TestMcp> {
  const mcp = createMcpHttp({ waist, version: '1.2.3', approvals: approvalPages(() => 'http://localhost'), ...options })
  const http = createServer((req, res) => {
    const role = roles.find((known) => req.headers.authorization === `Bearer ${known}`) ?? 'admin'
    mcp.handle(req, res, agentOf(role)).catch((error: unknown) => res.destroy(error instanceof Error ? error : undefined))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const address = http.address()
  const url = new URL(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mcp`)
  const post: TestMcp['post'] = (body, headers = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    url,
    post,
    ask: async (method, params, { capabilities = {}, role = 'admin' } = {}) => {
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
        'io.modelcontextprotocol/clientCapabilities': capabilities,
      }
      const name = params[named[method] ?? '']
      const response = await post(
        { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } },
        {
          authorization: `Bearer ${role}`,
          'mcp-protocol-version': '2026-07-28',
          'mcp-method': method,
          ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
        },
      )
      return answerSchema.parse(JSON.parse(await response.text()))
    },
    client: async (mode, { role = 'admin', ...others } = {}) => {
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode }, ...others })
      await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers: { authorization: `Bearer ${role}` } } }))
      return client
    },
    close: async () => {
      await mcp.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

export const agentOf = (role: Role): Caller => ({
  id: `agent:${role}`,
  name: role,
  kind: 'agent',
  role,
  workspace: 'default',
  channel: 'mcp',
})

/** A client of the same process, without a wire. */
export async function openLinkedClient(waist: Waist, caller: Caller): Promise<Client> {
  const changes = createChanges(waist)
  const surface = { waist, caller, changes, approvals: { words: () => 'a page' } }
  const [near, far] = InMemoryTransport.createLinkedPair()
  const mcp = createProtocol({ version: '1.2.3', era: 'legacy', surfaceOf: () => surface })
  mcp.server.onclose = changes.close
  await mcp.connect(far)
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(near)
  return client
}
