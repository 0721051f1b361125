/**
 * A foreign MCP server over HTTP: a mailbox, a calendar, a drive and a bank account in memory, and a log of what was really done
 * to them. What its tools say is the suite's to choose, so that orders of others can stand in it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { officeTools } from './office-tools.ts'

export interface Office {
  readonly url: string
  /** Words that the next reading tools bring with them. */
  say(words: string, how?: 'result' | 'error'): void
  /** Calls of tools that do something, in order. */
  readonly done: { readonly tool: string; readonly input: unknown }[]
  close(): Promise<void>
}

/** Another server's tools beside the office's, by the words that describe them. */
export interface Poison {
  readonly name: string
  readonly description: string
}

const message = z.looseObject({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .looseObject({ name: z.string().optional(), arguments: z.unknown().optional(), protocolVersion: z.string().optional() })
    .optional(),
})

/** `poison`: what the endpoint /widgets offers. */
export async function openOffice(poison: readonly Poison[] = []): Promise<Office> {
  const done: Office['done'] = []
  let words = ''
  let failing = false
  const call = (tool: string, input: unknown): object => {
    const known = officeTools[tool]
    if (known === undefined) return { content: [{ type: 'text', text: `There is nothing to show.` }] }
    if (known.effect !== 'read') {
      done.push({ tool, input })
      return { content: [{ type: 'text', text: `Done: ${tool}.` }] }
    }
    return { content: [{ type: 'text', text: failing ? words : `${known.says}\n${words}` }], isError: failing }
  }
  const answers: Readonly<Record<string, (params: z.output<typeof message>['params'], path: string) => object>> = {
    initialize: (params) => ({
      protocolVersion: params?.protocolVersion ?? '2025-11-25',
      capabilities: { tools: {} },
      serverInfo: { name: 'office', version: '1' },
    }),
    ping: () => ({}),
    'tools/list': (_, path) => ({ tools: path === '/widgets' ? poison.map(widget) : Object.entries(officeTools).map(listed) }),
    'tools/call': (params) => call(params?.name ?? '', params?.arguments ?? {}),
  }
  const server = createServer((req, res) => void respond(req, res, answers))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    done,
    say: (next, how = 'result') => {
      words = next
      failing = how === 'error'
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listed = ([name, { description, properties }]: [string, (typeof officeTools)[string]]): object => ({
  name,
  description,
  inputSchema: { type: 'object', properties, required: Object.keys(properties) },
})

const widget = ({ name, description }: Poison): object => ({ name, description, inputSchema: { type: 'object', properties: {} } })

async function respond(
  req: IncomingMessage,
  res: ServerResponse,
  answers: Readonly<Record<string, (params: z.output<typeof message>['params'], path: string) => object>>,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req) chunks.push(Buffer.from(chunk))
  const end = (status: number, body?: unknown): void => {
    res.writeHead(status, { 'content-type': 'application/json' }).end(body === undefined ? undefined : JSON.stringify(body))
  }
  if (req.method !== 'POST') return end(405)
  const parsed = message.safeParse(JSON.parse(Buffer.concat(chunks).toString() || 'null'))
  if (!parsed.success) return end(400)
  const { id, method, params } = parsed.data
  if (id === undefined) return end(202)
  const answer = answers[method]?.(params, req.url ?? '')
  const error = { code: -32601, message: `There is no method ${method}.` }
  end(200, { jsonrpc: '2.0', id, ...(answer === undefined ? { error } : { result: answer }) })
}
