/** What the client of this very request can do: a 2026-07-28 request says it itself, a 2025 client said it when it connected. */
import { CLIENT_CAPABILITIES_META_KEY, type Server, type ServerContext } from '@modelcontextprotocol/server'

/** The extension by which long calls become tasks. */
export const tasksExtension = 'io.modelcontextprotocol/tasks'

export function canFollowTasks(context: ServerContext): boolean {
  return at(ofRequest(context), 'extensions', tasksExtension) !== undefined
}

/** Whether it can show a person a link, and so bring them to the page of an approval. */
export function canOpenLinks(server: Server, context: ServerContext): boolean {
  return at(ofRequest(context) ?? server.getClientCapabilities(), 'elicitation', 'url') !== undefined
}

function ofRequest({ mcpReq }: ServerContext): unknown {
  return at(mcpReq.envelope, CLIENT_CAPABILITIES_META_KEY)
}

function at(value: unknown, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), value)
}
