/**
 * What a client may say in AG-UI's RunAgentInput. Of its messages only the person's newest words count, or the results of
 * calls it was asked to run; its tools, state and context are data, bounded here; history lives on this side.
 */
import { RunAgentInputSchema } from '@ag-ui/core/schemas'
import { z } from 'zod'
import type { ClientResult, ClientTool } from '../../agents/chat.ts'
import { Fault } from '../../platform/fault.ts'
import type { State } from './agui-state.ts'
import type { Decision } from './approval-routes.ts'
import { type ContextEntry, contextKey, readClientState, readContext } from './client-state.ts'
import { readClientTools } from './client-tools.ts'
import { parseWith } from './parse-with.ts'

export interface RunInput {
  readonly threadId: string
  readonly runId: string
  /** Absent when the turn goes on after decisions or results. */
  readonly message?: string
  readonly resume?: readonly Answer[]
  /** As the client tells them; which of them answer an open call is still to be seen. */
  readonly results?: readonly ClientResult[]
  readonly clientTools?: readonly ClientTool[]
  readonly state?: State
  readonly context?: readonly ContextEntry[]
}

/** `decision` absent: it was made elsewhere, the turn only goes on. */
export interface Answer {
  readonly approval: string
  readonly decision?: Decision
}

type AgentInput = z.output<typeof RunAgentInputSchema>
type Message = AgentInput['messages'][number]

/** Characters of one message: about ten thousand words. */
const longest = 64_000
const mostResults = 64

/** `taken`: names of tools that a client cannot offer. Throws `invalid_input`. */
export function readRunInput(body: unknown, taken: (name: string) => boolean): RunInput {
  const input = parseWith(RunAgentInputSchema, body, 'The RunAgentInput')
  const tools = readClientTools(input.tools, taken)
  const state = readClientState(input.state)
  const context = readContext(input.context)
  if (context.length > 0 && state?.[contextKey] !== undefined)
    throw wrong(
      'state',
      `has the key '${contextKey}', under which the agent finds the context that came too. Rename it, or send one of them.`,
    )
  return {
    threadId: threadId(input.threadId),
    runId: idOf('runId', input.runId),
    ...(tools.length === 0 ? {} : { clientTools: tools }),
    ...(state === undefined ? {} : { state }),
    ...(context.length === 0 ? {} : { context }),
    ...said(input),
  }
}

/** Decisions, results, or words: the first of them that is there. */
function said({ resume = [], messages }: AgentInput): Pick<RunInput, 'resume' | 'results' | 'message'> {
  if (resume.length > 0) return { resume: resume.map(answerOf) }
  if (messages.at(-1)?.role === 'tool') return { results: newestResults(messages) }
  return { message: newestMessage(messages) }
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

function newestMessage(messages: readonly Message[]): string {
  const newest = messages.findLast((message) => message.role === 'user')
  const text = newest === undefined ? '' : textOf(newest.content)
  if (text.trim() === '') throw wrong('messages', 'there is no user message with text. Send what the person said as the last one.')
  if (text.length > longest)
    throw wrong('messages', `the newest one has ${text.length} characters, ${longest} fit. Ingest long text as a document.`)
  return text
}

/** Every tool message since the person last spoke; of two for one call the newer. */
function newestResults(messages: readonly Message[]): readonly ClientResult[] {
  const spoken = messages.findLastIndex((message) => message.role === 'user')
  const results = new Map<string, ClientResult>()
  for (const message of messages.slice(spoken + 1)) {
    if (message.role !== 'tool') continue
    const content = textOf(message.content)
    if (content.length > longest)
      throw wrong('messages', `the result of call '${message.toolCallId.slice(0, 80)}' has ${content.length} characters, ${longest} fit.`)
    const failed = message.error !== undefined
    results.set(message.toolCallId, {
      call: message.toolCallId,
      content: failed && content === '' ? (message.error ?? '') : content,
      ok: !failed,
    })
  }
  if (results.size > mostResults) throw wrong('messages', `there are ${results.size} tool results, ${mostResults} fit.`)
  return [...results.values()]
}

function wrong(path: string, message: string): Fault {
  return new Fault('invalid_input', `${path}: ${message}`, { errors: [{ path, message }] })
}

type Content = Extract<Message, { role: 'user' }>['content']

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
