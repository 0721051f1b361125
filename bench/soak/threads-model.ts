/**
 * The model of the conversations that are cut: asked for something it calls a tool, given the result it answers. It holds
 * its answers back for a moment, so that there is a time between call and answer, and gives every call a new id as real models do.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { z } from 'zod'

export interface ThreadsModel {
  readonly url: string
  /** Resolves when a call has been told since it was asked: from now on a kill falls between call and answer. */
  called(): Promise<void>
  close(): Promise<void>
}

export const kinds = ['quick', 'durable', 'approval'] as const
export type Kind = (typeof kinds)[number]

/** What a person says, from which this model knows what to call. */
export const wishOf = (name: string, kind: Kind): string => `Please do the ${kind} thing for ${name}.`
export const answerOf = (name: string): string => `All done for ${name}.`

/** The call that a wish leads to: its arguments name the conversation, so one effect of each is expected. */
export function callOf(name: string, kind: Kind): { readonly tool: string; readonly input: Readonly<Record<string, unknown>> } {
  const at = Number(name.replace(/\D/g, ''))
  switch (kind) {
    case 'quick':
      return { tool: 'save_pipeline', input: { name, steps: [{ id: 'look', tool: 'list_datasets', input: {} }] } }
    case 'durable':
      return { tool: 'add_documents', input: { collection: 'soak', documents: [{ _id: name, title: name, text: `The text of ${name}.` }] } }
    case 'approval':
      return { tool: 'schedule_pipeline', input: { pipeline: basePipeline, cron: `${at % 60} ${Math.floor(at / 60) % 24} 1 1 *` } }
  }
}

/** What approvals are about; there before the first of them. */
export const basePipeline = 'soak_base'

const asked = z.object({ messages: z.array(z.object({ role: z.string(), content: z.unknown() })) })
const wish = /do the (quick|durable|approval) thing for (\w+)\./

export async function startThreadsModel(holdMs: () => number): Promise<ThreadsModel> {
  let waiting = Promise.withResolvers<void>()
  const answer = async (text: string, response: ServerResponse): Promise<void> => {
    const { messages } = asked.parse(JSON.parse(text))
    const said = messages.findLast(({ role }) => role === 'user')?.content
    const [, kind = '', name = ''] = wish.exec(String(said)) ?? []
    const send = openStream(response)
    if (messages.at(-1)?.role === 'tool') {
      await sleep(holdMs())
      send({ content: answerOf(name) }, 'stop')
    } else {
      const { tool, input } = callOf(name, kinds.find((known) => known === kind) ?? 'quick')
      const call = { index: 0, id: `call_${randomUUID()}`, type: 'function', function: { name: tool, arguments: JSON.stringify(input) } }
      send({ tool_calls: [call] }, 'tool_calls')
      waiting.resolve()
    }
    response.end('data: [DONE]\n\n')
  }
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString()
    })
    // Whoever asked may have been killed meanwhile.
    request.on('end', () => void answer(body, response).catch(() => response.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The model has no port.')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    called: () => {
      waiting = Promise.withResolvers()
      return waiting.promise
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function openStream(response: ServerResponse): (delta: unknown, finish: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const head = { id: `chatcmpl-${randomUUID()}`, object: 'chat.completion.chunk', created: 0, model: 'soak' }
  return (delta, finish) => {
    const chunk = (inner: unknown, reason: string | null): void => {
      response.write(`data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta: inner, finish_reason: reason }] })}\n\n`)
    }
    chunk({ role: 'assistant', content: '' }, null)
    chunk(delta, null)
    chunk({}, finish)
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
