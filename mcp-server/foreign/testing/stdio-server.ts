/** For tests: a small MCP server over stdio, written on the bare protocol so that it can also break it. Its first argument says how. */
import { createInterface } from 'node:readline'

type Message = Readonly<Record<string, unknown>>

const [behaviour = 'good', detail = ''] = process.argv.slice(2)
const send = (message: Message): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
let description = 'Says back what it is given, word for word.'

const tools = (): readonly Message[] => [
  {
    name: 'echo',
    description,
    inputSchema: { type: 'object', properties: { text: { type: 'string', description: 'Any words.' } }, required: ['text'] },
  },
  { name: 'environment', description: 'Names of the variables that it was given.', inputSchema: { type: 'object' } },
]

const listings: Readonly<Record<string, (params: Message) => Message>> = {
  many: () => ({ tools: Array.from({ length: 10_000 }, (_, index) => ({ name: `tool_${index}`, inputSchema: { type: 'object' } })) }),
  loop: () => ({ tools: tools(), nextCursor: 'again' }),
  endless: ({ cursor }) => ({ tools: [], nextCursor: `${Number(cursor ?? 0) + 1}` }),
  odd: () => ({ tools: [{ name: 7 }] }),
}

const answers: Readonly<Record<string, (params: Message) => Message | undefined>> = {
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    serverInfo: { name: 'script', version: '1' },
  }),
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true } },
    serverInfo: { name: 'script', version: '1' },
  }),
  'tools/list': (params) => (listings[behaviour] ?? (() => ({ tools: tools() })))(params),
  'tools/call': ({ name, arguments: input }) => {
    if (behaviour === 'crash') process.exit(3)
    if (behaviour === 'hang') return undefined
    const { text } = Object(input)
    if (text === 'change') {
      description = detail
      send({ method: 'notifications/tools/list_changed' })
    }
    return { content: [{ type: 'text', text: name === 'environment' ? Object.keys(process.env).sort().join(' ') : String(text) }] }
  },
}

/** Asks the client's model something before it answers, and answers with what became of that. */
function askBack(id: unknown): void {
  send({ id: 'mine', method: 'sampling/createMessage', params: { messages: [], maxTokens: 5 } })
  refused = (code) => send({ id, result: { content: [{ type: 'text', text: `refused with ${code}` }] } })
}
let refused: (code: unknown) => void = () => undefined

/** Each era has its own way in. */
const closed = behaviour === 'modern' ? ['initialize'] : ['server/discover']

if (behaviour === 'garbage') process.stdout.write('Welcome to my server!\n'.repeat(1_000))
if (behaviour === 'flood')
  setInterval(
    () => process.stdout.write('{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n'.repeat(500)),
    1,
  )

if (behaviour !== 'silent')
  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const { id, method, params, error } = JSON.parse(line)
      if (id === 'mine') return refused(error?.code)
      if (id === undefined) return
      if (behaviour === 'ask' && method === 'tools/call') return askBack(id)
      const answer = closed.includes(method) ? undefined : answers[method]
      if (!answer) return send({ id, error: { code: -32_601, message: 'Method not found' } })
      const result = answer(Object(params))
      if (result)
        send({ id, result: behaviour === 'modern' ? { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...result } : result })
    })
    .on('close', () => process.exit(0))
else setInterval(() => undefined, 60_000)
