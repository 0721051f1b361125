/** JSON-RPC by lines over a pair of streams. A line that is no message is answered with the protocol's error, and the next one is read. */
import type { Readable, Writable } from 'node:stream'
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server'
import { idOf, type Refusal, refusalOf } from './message-limits.ts'

/** Bytes of one line. */
const longestLine = 8 * 1024 * 1024

export interface StdioWireOptions {
  readonly input: Readable
  readonly output: Writable
  /** Sees each message before the protocol does. */
  readonly onpeek?: (message: JSONRPCMessage) => void
}

/** `onclose` is called when the input ends. */
export function createStdioWire({ input, output, onpeek }: StdioWireOptions): Transport {
  let closed = false
  const send = (message: unknown): Promise<void> =>
    closed
      ? Promise.reject(new Error('The client has closed the connection.'))
      : new Promise((resolve, reject) => output.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve())))

  const refuse = (refusal: Refusal, id: string | number | null = null): void => {
    wire.onerror?.(new Error(`Refused a message: ${refusal.message}`))
    send({ jsonrpc: '2.0', error: refusal, id }).catch(() => undefined)
  }
  const read = (line: string): void => {
    const parsed = parse(line)
    const refusal = parsed ? refusalOf(parsed.value) : { code: -32_700, message: 'Parse error: this line is not valid JSON' }
    if (parsed && !refusal && isMessage(parsed.value)) deliver(parsed.value)
    else refuse(refusal ?? { code: -32_600, message: 'Invalid Request: this is no JSON-RPC 2.0 message' }, idOf(parsed?.value))
  }
  const deliver = (message: JSONRPCMessage): void => {
    onpeek?.(message)
    wire.onmessage?.(message)
  }
  const lines = createLines({
    read,
    tooLong: () => refuse({ code: -32_600, message: `Invalid Request: a line is longer than ${longestLine} bytes` }),
  })
  const end = (): void => {
    if (closed) return
    closed = true
    input.off('data', lines).off('end', end).off('close', end).off('error', end)
    wire.onclose?.()
  }
  const wire: Transport = {
    start: async () => {
      input.on('data', lines).on('end', end).on('close', end).on('error', end)
      output.on('error', end)
    },
    send,
    close: async () => end(),
  }
  return wire
}

/** Cuts what comes into lines; of one that is too long, only its end is waited for. */
function createLines({ read, tooLong }: { readonly read: (line: string) => void; readonly tooLong: () => void }): (chunk: Buffer) => void {
  let pieces: Buffer[] = []
  let length = 0
  const take = (piece: Buffer): void => {
    length += piece.length
    if (length <= longestLine) pieces.push(piece)
    else pieces = []
  }
  return (chunk) => {
    let rest = chunk
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      take(rest.subarray(0, at))
      const line = length > longestLine ? undefined : Buffer.concat(pieces).toString('utf8').trim()
      pieces = []
      length = 0
      rest = rest.subarray(at + 1)
      if (line === undefined) tooLong()
      else if (line !== '') read(line)
    }
    if (rest.length > 0) take(rest)
  }
}

function parse(line: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(line) }
  } catch {
    return undefined
  }
}

/** Only whether it is one at all: the protocol looks at everything else, and looking twice costs as much as a call. */
function isMessage(value: unknown): value is JSONRPCMessage {
  if (typeof value !== 'object' || value === null || !('jsonrpc' in value) || value.jsonrpc !== '2.0') return false
  const answers = 'id' in value && ('result' in value || 'error' in value)
  const asks = 'method' in value && typeof value.method === 'string' && (!('id' in value) || isId(value.id))
  return answers || asks
}

const isId = (id: unknown): boolean => typeof id === 'string' || Number.isSafeInteger(id)
