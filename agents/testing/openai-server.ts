/** A server that speaks OpenAI's chat completions on the wire, streamed, with scripted answers: the only thing that is fake in the hosted tests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'

export type ScriptedAnswer =
  | { readonly text: string }
  /** Words that depend on what is asked: a model that obeys. */
  | { readonly reply: (asked: SeenRequest) => string }
  | { readonly calls: readonly { readonly name: string; readonly args: unknown }[] }
  | { readonly status: number; readonly error: string }

const request = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown(), tool_call_id: z.string().optional() })),
  tools: z.array(z.object({ function: z.object({ name: z.string(), parameters: z.unknown() }) })).default([]),
})
export type SeenRequest = z.infer<typeof request>

/** All that a request says, as one text. */
export const wordsOf = ({ messages }: SeenRequest): string => messages.map(({ content }) => String(content)).join('\n')

export interface OpenAiServer {
  readonly url: string
  readonly seen: readonly SeenRequest[]
  /** Answers in turn; asked again after the last one, it says so. */
  script(...answers: readonly ScriptedAnswer[]): void
  close(): Promise<void>
}

export async function openAiServer(): Promise<OpenAiServer> {
  const seen: SeenRequest[] = []
  const answers: ScriptedAnswer[] = []
  const server = createServer((incoming, response) => {
    void body(incoming).then((text) => {
      const asked = request.parse(JSON.parse(text))
      seen.push(asked)
      answer(response, answers.shift() ?? { text: 'The script is over.' }, { asked, number: seen.length })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    seen,
    script: (...more) => void answers.splice(0, answers.length, ...more),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

async function body(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of incoming) parts.push(Buffer.from(part))
  return Buffer.concat(parts).toString('utf8')
}

function answer(
  response: ServerResponse,
  scripted: ScriptedAnswer,
  { asked, number }: { readonly asked: SeenRequest; readonly number: number },
): void {
  if ('status' in scripted) {
    response.writeHead(scripted.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: scripted.error, type: 'invalid_request_error' } }))
    return
  }
  const head = { id: `chatcmpl-${number}`, object: 'chat.completion.chunk', created: 0, model: asked.model }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (delta: unknown, finish: string | null = null): void => {
    response.write(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`)
  }
  send({ role: 'assistant', content: '' })
  const text = 'reply' in scripted ? scripted.reply(asked) : 'text' in scripted ? scripted.text : ''
  for (const piece of text.match(/\S+\s*/gu) ?? []) send({ content: piece })
  if ('calls' in scripted)
    for (const [index, call] of scripted.calls.entries()) sendCall(send, { ...call, index, id: `call_${number}_${index}` })
  send({}, 'calls' in scripted ? 'tool_calls' : 'stop')
  response.end('data: [DONE]\n\n')
}

interface ScriptedCall {
  readonly name: string
  readonly args: unknown
  readonly index: number
  readonly id: string
}

function sendCall(send: (delta: unknown) => void, { name, args, index, id }: ScriptedCall): void {
  send({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }] })
  for (const piece of JSON.stringify(args).match(/.{1,7}/gsu) ?? []) send({ tool_calls: [{ index, function: { arguments: piece } }] })
}
