/** For tests: the real waist with foreign servers joined to it, and the tools that look after them. */

import { fileURLToPath } from 'node:url'
import { listMcpServersTool } from '../../../tools/list-mcp-servers.ts'
import type { ForeignServersPort } from '../../../tools/ports.ts'
import { openTestMillrace, type TestMillrace, type TestOptions } from '../../../tools/testing.ts'
import { trustMcpServerTool } from '../../../tools/trust-mcp-server.ts'
import { createForeignServers, type ForeignServers } from '../servers.ts'
import type { HttpSpec, ServerSpec, StdioSpec } from '../servers-file.ts'

export interface JoinedMillrace {
  readonly millrace: TestMillrace
  readonly foreign: ForeignServers
  close(): Promise<void>
}

const common = { allow: undefined, effects: {}, timeoutSeconds: 50, trustDescriptions: false }

export const httpSpec = (name: string, url: string, more: Partial<HttpSpec> = {}): HttpSpec => ({
  kind: 'http',
  name,
  url,
  headers: {},
  ...common,
  ...more,
})

/** The script beside this file, behaving so. */
export const stdioSpec = (name: string, args: readonly string[] = [], more: Partial<StdioSpec> = {}): StdioSpec => ({
  kind: 'stdio',
  name,
  command: process.execPath,
  args: [fileURLToPath(new URL('./stdio-server.ts', import.meta.url)), ...args],
  env: {},
  cwd: import.meta.dirname,
  ...common,
  ...more,
})

/** Each server has been tried once when it resolves. */
export async function openJoined(
  servers: readonly ServerSpec[],
  { connectMs = 20_000, firstWaitMs = 200, ...options }: TestOptions & { readonly connectMs?: number; readonly firstWaitMs?: number } = {},
): Promise<JoinedMillrace> {
  const late: { foreign?: ForeignServers } = {}
  const port = (): ForeignServers => {
    if (late.foreign) return late.foreign
    throw new Error('The foreign servers are not open yet.')
  }
  const foreignServers: ForeignServersPort = {
    list: () => port().list(),
    accept: (tx, decision) => port().accept(tx, decision),
    refresh: (server) => port().refresh(server),
  }
  const tools = [...(options.tools ?? []), listMcpServersTool, trustMcpServerTool]
  const millrace = await openTestMillrace({ ...options, tools, ports: { ...options.ports, foreignServers } })
  const { platform, catalogue } = millrace
  const foreign = createForeignServers({
    platform: { ...platform, log: { ...platform.log, warn: () => undefined } },
    catalogue,
    servers,
    version: '0.0.0-test',
    connectMs,
    firstWaitMs,
  })
  late.foreign = foreign
  await foreign.open()
  return {
    millrace,
    foreign,
    close: async () => {
      await foreign.close()
      await millrace.close()
    },
  }
}
