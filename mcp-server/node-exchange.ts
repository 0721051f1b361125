/** One HTTP exchange between Node's request and response and the web ones that the SDK speaks; the body is read and parsed once. */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { idOf, type Refusal, refusalOf } from './message-limits.ts'

export interface Opened {
  /** Without its body, which has been read. */
  readonly request: Request
  /** Undefined for a request without a body. */
  readonly parsedBody: unknown
}

export type Message =
  | { readonly refused: Response }
  | {
      readonly refused?: undefined
      /** Its signal aborts when the client hangs up. */
      open(res: ServerResponse): Opened
    }

/** Refuses what is too large, not JSON, a batch or nested too deeply by the protocol's own error; nothing looked at it then. */
export async function readMessage(
  req: IncomingMessage,
  { limit, onerror }: { readonly limit: number; readonly onerror: (error: Error) => void },
): Promise<Message> {
  const refuse = (status: number, refusal: Refusal, id: string | number | null = null): Message => {
    onerror(new Error(`Refused a message (${status}): ${refusal.message}`))
    const headers: HeadersInit = status === 413 ? { connection: 'close' } : {}
    return { refused: Response.json({ jsonrpc: '2.0', error: refusal, id }, { status, headers }) }
  }
  if (req.method !== 'POST') return { open: (res) => ({ request: requestOf(req, res), parsedBody: undefined }) }
  if (!/^application\/json\s*(;|$)/i.test(req.headers['content-type'] ?? ''))
    return refuse(415, { code: -32_000, message: 'Unsupported Media Type: Content-Type must be application/json' })
  const bytes = await readBytes(req, limit)
  if (bytes === undefined) return refuse(413, { code: -32_000, message: `Payload Too Large: the body must not exceed ${limit} bytes` })
  // Bytes that are no text would be read as something nobody sent.
  if (!isUtf8(bytes)) return refuse(400, { code: -32_700, message: 'Parse error: the body is not UTF-8' })
  const parsed = parse(bytes.toString('utf8'))
  if (parsed === undefined) return refuse(400, { code: -32_700, message: 'Parse error: the body is not valid JSON' })
  const refusal = refusalOf(parsed.value)
  if (refusal) return refuse(400, refusal, idOf(parsed.value))
  return { open: (res) => ({ request: requestOf(req, res), parsedBody: parsed.value }) }
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** Undefined when there is more than `limit`; the rest is not read. */
async function readBytes(req: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(req.headers['content-length'] ?? 0) > limit) return undefined
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
    length += bytes.length
    if (length > limit) return undefined
    chunks.push(bytes)
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

function requestOf(req: IncomingMessage, res: ServerResponse): Request {
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort(new DOMException('The client hung up.', 'AbortError'))
  })
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  return new Request(`http://${req.headers.host ?? 'localhost'}${req.url ?? '/'}`, {
    method: req.method ?? 'GET',
    headers,
    signal: gone.signal,
  })
}

/** Writes the response; a stream as it comes, at the pace of the client. */
export async function answerOver(res: ServerResponse, response: Response): Promise<void> {
  const headers = Object.fromEntries(response.headers)
  if (response.body === null || !isStream(response)) {
    const body = Buffer.from(await response.arrayBuffer())
    res.writeHead(response.status, { ...headers, 'content-length': body.length })
    res.end(body)
    return
  }
  res.writeHead(response.status, headers)
  res.flushHeaders()
  for await (const chunk of response.body) {
    if (res.destroyed) break
    if (!res.write(chunk)) await drained(res)
  }
  res.end()
}

const isStream = ({ headers }: Response): boolean => headers.get('content-type')?.startsWith('text/event-stream') ?? false

/** Resolves when the client has taken what was written, or is gone. */
function drained(res: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      res.off('drain', done).off('close', done)
      resolve()
    }
    res.once('drain', done).once('close', done)
  })
}
