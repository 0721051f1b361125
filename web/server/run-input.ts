/** What a client may say in AG-UI's RunAgentInput. Of all it sends, only the person's newest words and their decisions count. */
import { RunAgentInputSchema } from '@ag-ui/core/schemas'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { Decision } from './approval-routes.ts'
import { parseWith } from './parse-with.ts'

export interface RunInput {
  readonly threadId: string
  readonly runId: string
  /** Absent when the turn goes on after decisions. */
  readonly message?: string
  readonly resume?: readonly Answer[]
}

/** `decision` absent: it was made elsewhere, the turn only goes on. */
export interface Answer {
  readonly approval: string
  readonly decision?: Decision
}

type AgentInput = z.output<typeof RunAgentInputSchema>

/** Characters of one message: about ten thousand words. */
const longest = 64_000

/** History, tools, context and state that a client sends are read over: the thread lives here, and so do the tools. */
export function readRunInput(body: unknown): RunInput {
  const input = parseWith(RunAgentInputSchema, body, 'The RunAgentInput')
  const ids = { threadId: threadId(input.threadId), runId: idOf('runId', input.runId) }
  if (input.resume !== undefined && input.resume.length > 0) return { ...ids, resume: input.resume.map(answerOf) }
  return { ...ids, message: newestMessage(input.messages) }
}

/** Throws `invalid_input` for what cannot name a conversation. */
export function threadId(id: string): string {
  return idOf('threadId', id)
}

function idOf(field: string, id: string): string {
  if (/^[\w.:@-]{1,128}$/.test(id)) return id
  const message = 'must be 1 to 128 letters, digits or . : @ _ -'
  throw new Fault('invalid_input', `${field} ${message}. A UUID is a good id.`, { errors: [{ path: field, message }] })
}

function newestMessage(messages: AgentInput['messages']): string {
  const newest = messages.findLast((message) => message.role === 'user')
  const text = newest === undefined ? '' : textOf(newest.content)
  const wrong = (message: string): Fault => new Fault('invalid_input', `messages: ${message}`, { errors: [{ path: 'messages', message }] })
  if (text.trim() === '') throw wrong('there is no user message with text. Send what the person said as the last one.')
  if (text.length > longest) throw wrong(`the newest one has ${text.length} characters, ${longest} fit. Ingest long text as a document.`)
  return text
}

type Content = Extract<AgentInput['messages'][number], { role: 'user' }>['content']

function textOf(content: Content): string {
  if (typeof content === 'string') return content
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n')
}

const payloadSchema = z.union([
  z.looseObject({ decision: z.enum(['approve', 'reject']) }).transform(({ decision }) => decision),
  z.looseObject({ approved: z.boolean() }).transform(({ approved }) => (approved ? ('approve' as const) : ('reject' as const))),
])

function answerOf({ interruptId, status, payload }: NonNullable<AgentInput['resume']>[number]): Answer {
  if (status === 'cancelled') return { approval: interruptId, decision: 'reject' }
  if (payload === undefined) return { approval: interruptId }
  return { approval: interruptId, decision: parseWith(payloadSchema, payload, `The answer to ${interruptId}`) }
}
