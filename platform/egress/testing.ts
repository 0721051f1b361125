/** For tests: a far end on this machine that answers as badly as it is told to, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'

export interface FarEnd {
  readonly port: number
  /** http://127.0.0.1:PORT */
  readonly url: string
  readonly asked: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }[]
  close(): Promise<void>
}

/** `answers` by path, without the query. Anything else is 404. */
export async function openFarEnd(answers: Readonly<Record<string, RequestListener>>): Promise<FarEnd> {
  const asked: FarEnd['asked'] = []
  const server = createServer((request, response) => {
    const { method = '', url = '/', headers } = request
    asked.push({ method, url, headers })
    const answer = answers[url.split('?')[0] ?? '/']
    if (answer) answer(request, response)
    else response.writeHead(404).end('nothing here')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
