/** MCP over stdin and stdout as the owner of the data folder, for a client that starts Millrace as its child. */
import type { Readable, Writable } from 'node:stream'
import type { McpRequestContext, McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Caller } from '../platform/caller.ts'
import type { Waist } from '../tools/waist.ts'
import { createChanges } from './changes.ts'
import { listen } from './listening.ts'
import type { Profile, ProfileParts } from './profile.ts'
import { createProtocol } from './protocol.ts'
import { createStdioWire } from './stdio-wire.ts'
import type { Surface } from './surface.ts'
import { watchedUris } from './watched-uris.ts'

export interface McpStdioOptions {
  readonly waist: Waist
  readonly caller: Caller
  readonly version: string
  readonly profile?: ((parts: ProfileParts) => Profile) | undefined
  /** The client's end. */
  readonly input: Readable
  readonly output: Writable
  /** For one line of trouble on stderr. */
  readonly warn: (line: string) => void
}

/** Resolves when the client closes its end. */
export async function serveMcpStdio({ waist, caller, version, profile: make, input, output, warn }: McpStdioOptions): Promise<void> {
  const changes = createChanges(waist)
  const profile = make?.({ changes })
  const surface: Surface = { waist, caller, changes, profile, approvals: { words: () => 'a terminal, with npx millrace approvals' } }
  const onerror = (error: Error): void => warn(`MCP: ${error.message}`)
  const factory = ({ era }: McpRequestContext): McpServer => {
    const mcp = createProtocol({ version, era, surfaceOf: () => surface, onerror })
    listen(mcp.server, surface, { filtered: era === 'modern' })
    return mcp
  }
  const ended = new Promise<void>((resolve) => input.once('close', resolve).once('end', resolve))
  const wire = createStdioWire({
    input,
    output,
    onpeek: (message) => void changes.watch(caller.workspace, watchedUris(message)),
  })
  const server = serveStdio(factory, { onerror, transport: wire })
  await ended
  await server.close()
  changes.close()
}
