/** For tests: a server of ours on a free port, and clients of every kind connected to it. */
import { createServer } from 'node:http'
import { Client, type ClientOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { type Caller, type Role, roles } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import { approvalPages } from './approval-link.ts'
import { createChanges } from './changes.ts'
import { createMcpHttp, type McpHttpOptions } from './http.ts'
import { createProtocol } from './protocol.ts'

export interface TestMcp {
  readonly url: URL
  /** What the server logged as trouble. */
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>
  /** A client of this kind; `role` is that of its caller, which is one per role. */
  client(mode: 'auto' | 'legacy', options?: ClientOptions & { readonly role?: Role }): Promise<Client>
  close(): Promise<void>
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
  return {
    url,
    post: (body, headers = {}) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
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
