/** For tests of this room: the real server on a free port over the real waist, with a handful of small tools and a scripted chat. */
import { request } from 'node:http'
import { z } from 'zod'
import type { ChatEvent, ChatRequest, Orchestrator } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { Invoke } from '../../tools/invocation.ts'
import { openTestMillrace, type TestMillrace, type TestOptions } from '../../tools/testing.ts'
import { defineTool, type Tool } from '../../tools/tool.ts'
import type { Waist } from '../../tools/waist.ts'
import { startWebServer, type WebServer, type WebServerOptions } from './server.ts'
import { deleteThingTool } from './test-delete-thing.ts'

export const terminalToken = 'terminal-secret'

export interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly text: string
  /** The body as JSON; undefined when it is not. */
  readonly json: unknown
}

export interface TestServer {
  readonly url: string
  readonly host: string
  readonly millrace: TestMillrace
  readonly web: WebServer
  /** One request on a connection of its own; `body` that is not text is sent as JSON. */
  send(path: string, options?: SendOptions): Promise<Answer>
  /** Headers of the studio in a browser, after it has loaded the page. */
  browser(): Promise<Readonly<Record<string, string>>>
  close(): Promise<void>
}

export interface SendOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export async function openTestServer(
  options: Partial<WebServerOptions> & Pick<TestOptions, 'tools' | 'db' | 'ports'> = {},
): Promise<TestServer> {
  const { tools = testTools, db, ports, ...others } = options
  const ground = { ...(db === undefined ? {} : { db }), ...(ports === undefined ? {} : { ports }) }
  const millrace = await openTestMillrace({ tools, ...ground, ...(others.auth === undefined ? {} : { auth: others.auth }) })
  const web = await startWebServer({
    waist: millrace,
    orchestrator: scripted(millrace),
    host: '127.0.0.1',
    port: 0,
    auth: 'local',
    uiFolder: `${millrace.folder}/ui`,
    terminalToken,
    version: '0.0.0-test',
    ...others,
  })
  const { host } = new URL(web.url)
  const send = (path: string, how: SendOptions = {}): Promise<Answer> => sendTo(web.url, path, how)
  return {
    url: web.url,
    host,
    millrace,
    web,
    send,
    browser: async () => {
      const page = await send('/', { headers: { accept: 'text/html' } })
      return { cookie: cookieFrom(page), origin: web.url }
    },
    close: async () => {
      await web.close()
      await millrace.close()
    },
  }
}

export function cookieFrom({ headers }: Answer): string {
  return headers['set-cookie']?.[0]?.split(';')[0] ?? ''
}

function sendTo(url: string, path: string, { method, headers = {}, body }: SendOptions): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const all = { ...type, ...headers }
    const sent = request(
      `${url}${path}`,
      { method: method ?? (body === undefined ? 'GET' : 'POST'), headers: all, agent: false },
      (res) => {
        const chunks: Buffer[] = []
        res.on('data', (chunk: Buffer) => chunks.push(chunk))
        res.on('error', reject)
        res.on('end', () => {
          const answered = Buffer.concat(chunks).toString()
          resolve({ status: res.statusCode ?? 0, headers: res.headers, text: answered, json: parsed(answered) })
        })
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const addNumbers = defineTool({
  name: 'add_numbers',
  title: 'Add numbers',
  description: 'Adds two numbers and can say a text back, for tests of the server.',
  input: z.strictObject({
    a: z.number().describe('First.'),
    b: z.number().describe('Second.'),
    text: z.string().max(10_000).optional().describe('Said back.'),
  }),
  output: z.strictObject({ sum: z.number().describe('Their sum.'), text: z.string().optional().describe('As given.') }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'What is 1 and 2?', input: { a: 1, b: 2 } }],
  run: async ({ a, b, text }) => ({ content: `${a + b}`, data: { sum: a + b, ...(text === undefined ? {} : { text }) } }),
})

const takeNote = defineTool({
  name: 'take_note',
  title: 'Take a note',
  description: 'Makes a new id each time it really runs, so that a test can see whether it ran twice.',
  input: z.strictObject({ text: z.string().describe('The note.') }),
  output: z.strictObject({ id: z.string().describe('A new id.') }),
  effect: 'create',
  role: 'builder',
  examples: [],
  run: async (_, context) => context.commit(async () => ({ content: 'Noted.', data: { id: context.newId('note') } })),
})

/** A durable call that makes progress and ends when it is let go, or cancelled. */
const workLong = defineTool({
  name: 'work_long',
  title: 'Work long',
  description: 'Works in steps of a few milliseconds until all of them are done, for tests of the server.',
  input: z.strictObject({ steps: z.int().min(0).max(100_000).describe('How many.') }),
  output: z.strictObject({ steps: z.int().describe('How many.') }),
  effect: 'create',
  role: 'builder',
  durable: true,
  examples: [],
  run: async ({ steps }, context) => {
    for (let step = 1; step <= steps; step++) {
      context.signal.throwIfAborted()
      context.progress({ fraction: step / steps, message: `Step ${step} of ${steps}` })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return context.commit(async () => ({ content: 'Worked.', data: { steps } }))
  },
})

const breakDown = defineTool({
  name: 'break_down',
  title: 'Break down',
  description: 'Fails in a way nobody foresaw, with a secret in the error, for tests of the server.',
  input: z.strictObject({}),
  output: z.strictObject({}),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async () => {
    throw new Error('password is hunter2')
  },
})

const testTools: readonly Tool[] = [addNumbers, takeNote, deleteThingTool(), workLong, breakDown]

type Script = (request: ChatRequest, invoke: Invoke) => AsyncIterable<ChatEvent>

const call = (tool: string, input: unknown): readonly ChatEvent[] => [
  { type: 'call', call: 'c1', tool },
  { type: 'arguments', call: 'c1', delta: JSON.stringify(input).slice(0, 5) },
  { type: 'arguments', call: 'c1', delta: JSON.stringify(input).slice(5) },
  { type: 'called', call: 'c1' },
]

const agentOf = ({ caller }: ChatRequest): Caller => ({ ...caller, kind: 'agent', channel: 'chat' })

/** What a message makes the scripted chat do, before it says the message back. */
const scripts: Readonly<Record<string, Script>> = {
  add: async function* (request, invoke) {
    const input = { a: 1, b: 2 }
    yield* call('add_numbers', input)
    const outcome = await invoke({ tool: 'add_numbers', input, caller: agentOf(request) })
    if (outcome.kind === 'done')
      yield { type: 'result', call: 'c1', tool: 'add_numbers', content: outcome.content, data: outcome.data, ok: true }
  },
  delete: async function* (request, invoke) {
    const input = { thing: 'x' }
    yield* call('delete_thing', input)
    const outcome = await invoke({ tool: 'delete_thing', input, caller: agentOf(request) })
    if (outcome.kind !== 'waiting') throw new Error('It should wait.')
    yield { type: 'waiting', approvals: [{ approval: outcome.approval, call: 'c1', tool: 'delete_thing', input, reason: 'It deletes.' }] }
  },
  resume: async function* () {
    yield { type: 'result', call: 'c1', tool: 'delete_thing', content: 'Deleted x.', data: { deleted: 'x' }, ok: true }
  },
  /** Waits until it is told to stop. */
  stall: async function* ({ signal }) {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
  },
  /** Does not hear that it should stop. */
  deaf: async function* () {
    await new Promise(() => undefined)
  },
  crash: async function* () {
    yield* call('add_numbers', {})
    throw new Error('password is hunter2')
  },
}

/** What people said is remembered by thread. */
export function scripted({ invoke }: Pick<Waist, 'invoke'>): Orchestrator {
  const said = new Map<string, string[]>()

  async function* chat(request: ChatRequest): AsyncGenerator<ChatEvent> {
    const { thread, message = 'resume' } = request
    if (message === 'refuse') throw new Fault('not_found', 'There is no such thread.')
    const remember = (text: string): unknown => said.set(thread, [...(said.get(thread) ?? []), text])
    remember(message)
    request.signal.addEventListener('abort', () => remember('(stopped)'), { once: true })
    yield { type: 'started', turn: 'turn', model: 'script', mark: 'scripted' }
    for await (const event of scripts[message]?.(request, invoke) ?? []) yield event
    if (message === 'silent' || message === 'delete') return
    for (const delta of ['You ', 'said ', message]) yield { type: 'text', message: 'm1', delta }
    yield { type: 'finished' }
  }

  return {
    chat,
    history: async (thread) => (said.get(thread) ?? []).map((text, index) => ({ id: `m${index}`, role: 'user', text })),
    threads: async () => [...said.keys()].map((thread) => ({ thread, title: thread, updatedAt: new Date(0) })),
  }
}
