/**
 * A server that speaks OpenAI's chat completions on the wire, streamed, with scripted answers and scripted misbehaviour: the
 * only thing that is fake in the hosted tests. Azure's paths and keys are understood as well.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

/** `raw` is sent as it stands, JSON or not; without `id` the server gives one. */
export type AskedCall = { readonly name: string; readonly id?: string } & ({ readonly args: unknown } | { readonly raw: string })

export type ScriptedAnswer = (
  | { readonly text: string }
  /** Words that depend on what is asked: a model that obeys. */
  | { readonly reply: (asked: SeenRequest) => string }
  | { readonly calls: readonly AskedCall[]; readonly text?: string }
  | { readonly status: number; readonly error: string; readonly headers?: Readonly<Record<string, string>> }
  /** Begins to answer and breaks off: by cutting the connection, by ending without an end, or with an error in the stream. */
  | { readonly begins: string; readonly breaks: 'cut' | 'end' | 'error'; readonly calls?: readonly AskedCall[] }
  /** Cuts the connection before it says anything. */
  | { readonly reset: true }
  /** Answers with something that is no stream. */
  | { readonly body: string; readonly contentType: string }
  /** Says that it is thinking and never answers. */
  | { readonly silent: true }
) & {
  readonly usage?: { readonly input: number; readonly output: number }
  /** Thoughts before the answer, as reasoning models send them. */
  readonly reasoning?: string
  /** One JSON answer although a stream was asked for. */
  readonly whole?: true
}

const request = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.unknown(),
      tool_call_id: z.string().optional(),
      tool_calls: z.array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) })).optional(),
    }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown() }) })).default([]),
})
export type SeenRequest = z.infer<typeof request>

/** All that a request says, as one text. */
export const wordsOf = ({ messages }: SeenRequest): string => messages.map(({ content }) => String(content)).join('\n')

export interface OpenAiServer {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  /** Path and headers of each request, in the order of `seen`. */
  readonly asked: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[]
  /** Answers in turn; asked again after the last one, it says so. */
  script(...answers: readonly ScriptedAnswer[]): void
  close(): Promise<void>
}

export async function openAiServer(): Promise<OpenAiServer> {
  const seen: SeenRequest[] = []
  const asked: { readonly path: string; readonly headers: IncomingMessage['headers'] }[] = []
  const answers: ScriptedAnswer[] = []
  const server = createServer((incoming, response) => {
    void body(incoming).then((text) => {
      const parsed = request.parse(JSON.parse(text))
      seen.push(parsed)
      asked.push({ path: incoming.url ?? '', headers: incoming.headers })
      answer(response, answers.shift() ?? { text: 'The script is over.' }, { asked: parsed, number: seen.length })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    seen,
    asked,
    script: (...more) => void answers.splice(0, answers.length, ...more),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function body(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

interface Asked {
  readonly asked: SeenRequest
  readonly number: number
}

function answer(response: ServerResponse, scripted: ScriptedAnswer, { asked, number }: Asked): void {
  if ('reset' in scripted) {
    response.destroy()
  } else if ('status' in scripted) {
    response.writeHead(scripted.status, { 'content-type': 'application/json', ...scripted.headers })
    response.end(JSON.stringify({ error: { message: scripted.error, type: 'invalid_request_error' } }))
  } else if ('body' in scripted) {
    response.writeHead(200, { 'content-type': scripted.contentType })
    response.end(scripted.body)
  } else {
    const calls = 'calls' in scripted ? (scripted.calls ?? []) : []
    const said = {
      text: textOf(scripted, asked),
      calls: calls.map((call, index) => wired(call, { index, number })),
      number,
      model: asked.model,
    }
    if (scripted.whole) sendWhole(response, scripted, said)
    else sendStream(response, scripted, said)
  }
}

function textOf(scripted: ScriptedAnswer, asked: SeenRequest): string {
  if ('reply' in scripted) return scripted.reply(asked)
  if ('begins' in scripted) return scripted.begins
  return 'text' in scripted ? (scripted.text ?? '') : ''
}

interface Said {
  readonly text: string
  readonly calls: readonly WiredCall[]
  readonly number: number
  readonly model: string
}

interface WiredCall {
  readonly id: string
  readonly name: string
  readonly json: string
  readonly index: number
}

function wired(call: AskedCall, { index, number }: { readonly index: number; readonly number: number }): WiredCall {
  return { index, name: call.name, id: call.id ?? `call_${number}_${index}`, json: 'raw' in call ? call.raw : JSON.stringify(call.args) }
}

function sendWhole(response: ServerResponse, { usage }: ScriptedAnswer, { text, calls, number, model }: Said): void {
  const tool_calls = calls.map(({ id, name, json }) => ({ id, type: 'function', function: { name, arguments: json } }))
  const message = { role: 'assistant', content: text === '' ? null : text, ...(tool_calls.length > 0 ? { tool_calls } : {}) }
  const finish = tool_calls.length > 0 ? 'tool_calls' : 'stop'
  const whole = {
    id: `chatcmpl-${number}`,
    object: 'chat.completion',
    created: 0,
    model,
    choices: [{ index: 0, message, finish_reason: finish }],
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(usage ? { ...whole, usage: wiredUsage(usage) } : whole))
}

const wiredUsage = ({ input, output }: { readonly input: number; readonly output: number }) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
})

function sendStream(response: ServerResponse, scripted: ScriptedAnswer, { text, calls, number, model }: Said): void {
  const head = { id: `chatcmpl-${number}`, object: 'chat.completion.chunk', created: 0, model }
  const write = (data: unknown): void => void response.write(`data: ${JSON.stringify(data)}\n\n`)
  const send = (delta: unknown, finish: string | null = null): void =>
    write({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  send({ role: 'assistant', content: '' })
  if ('silent' in scripted) return
  if (scripted.reasoning !== undefined) send({ reasoning_content: scripted.reasoning })
  for (const piece of text.match(/\S+\s*/gu) ?? []) send({ content: piece })
  for (const call of calls) sendCall(send, call)
  if ('begins' in scripted) {
    if (scripted.breaks === 'error') write({ error: { message: 'The model fell over.', type: 'server_error' } })
    if (scripted.breaks !== 'cut') response.end()
    // Once what was written is on its way.
    else setTimeout(() => response.destroy(), 20)
    return
  }
  send({}, calls.length > 0 ? 'tool_calls' : 'stop')
  if (scripted.usage) write({ ...head, choices: [], usage: wiredUsage(scripted.usage) })
  response.end('data: [DONE]\n\n')
}

function sendCall(send: (delta: unknown) => void, { name, json, index, id }: WiredCall): void {
  send({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
  for (const piece of json.match(/.{1,7}/gsu) ?? []) send({ tool_calls: [{ index, function: { arguments: piece } }] })
}
