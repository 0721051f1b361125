/** For tests: an HTTP server on this machine that stands for a hosted model or a hub and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { createEgress, type OpenEgress } from '../../../platform/egress/client.ts'

export interface Asked {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  /** Parsed JSON; undefined for a GET. */
  readonly body: unknown
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** A string or bytes go as they are, anything else as JSON. Absent: the server never answers. */
  readonly body?: unknown
}

export interface ModelServer extends AsyncDisposable {
  readonly url: string
  readonly egress: OpenEgress
  readonly asked: Asked[]
  /** Most requests that were under way at the same time. */
  readonly atOnce: () => number
}

export async function openModelServer(answer: (asked: Asked, count: number) => Reply | Promise<Reply>): Promise<ModelServer> {
  const asked: Asked[] = []
  let underWay = 0
  let most = 0
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    most = Math.max(most, ++underWay)
    const body: unknown = request.method === 'POST' ? await json(request) : undefined
    const one = { path: request.url ?? '', headers: request.headers, body }
    asked.push(one)
    const { status = 200, headers = {}, body: content } = await answer(one, asked.length)
    underWay -= 1
    if (content === undefined) return
    const raw = typeof content === 'string' || content instanceof Uint8Array
    response.writeHead(status, headers).end(raw ? content : JSON.stringify(content))
  }
  const server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const egress = createEgress()
  return {
    url: `http://127.0.0.1:${port}`,
    egress,
    asked,
    atOnce: () => most,
    [Symbol.asyncDispose]: async () => {
      egress.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
