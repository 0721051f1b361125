/** One call of the echo, as the two eras of the protocol write it. */

const text = 'the same words every time'
const version = '2026-07-28'
const client = { name: 'bench', version: '1' }

export interface Message {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }

/** A request that stands alone. */
export function modernCall(id = 1): Message {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientInfo': client,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const params = { name: 'echo', arguments: { text }, _meta: meta }
  return {
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
    headers: { ...accept, 'mcp-protocol-version': version, 'mcp-method': 'tools/call', 'mcp-name': 'echo' },
  }
}

/** A request of a 2025 client. */
export function legacyCall(id = 1): Message {
  return {
    body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'echo', arguments: { text } } }),
    headers: accept,
  }
}

export const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: client },
})
export const initialized = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })
