/**
 * The conversation as OpenAI's clients send it, whole each time. The newest user message is what is asked; everything before
 * it is context, of which only user messages are the caller's own words.
 */
import { z } from 'zod'
import type { ChatRequest, ClientResult } from '../../agents/chat.ts'
import { OpenAiFault } from './openai-errors.ts'

const part = z.looseObject({ type: z.string(), text: z.string().optional(), refusal: z.string().optional() })
const content = z.union([z.string(), z.array(part).min(1)])

const call = z.looseObject({
  id: z.string().min(1).max(512),
  type: z.literal('function').optional(),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
})

export const messageSchema = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content }),
  z.looseObject({ role: z.literal('developer'), content }),
  z.looseObject({ role: z.literal('user'), content }),
  z.looseObject({ role: z.literal('assistant'), content: content.nullish(), tool_calls: z.array(call).max(128).nullish() }),
  z.looseObject({ role: z.literal('tool'), tool_call_id: z.string().min(1).max(512), content }),
])
type Message = z.output<typeof messageSchema>
type Earlier = NonNullable<ChatRequest['before']>[number]

/** What a turn is asked. `resumed`: the messages end with results of calls that an earlier answer asked its client to make. */
export interface Asked {
  readonly fresh: Pick<ChatRequest, 'message' | 'before'>
  readonly resumed?: { readonly thread: string; readonly results: readonly ClientResult[] }
}

/** Characters of one message: about ten thousand words. */
const longest = 64_000

/** Throws an OpenAI fault naming the message that cannot be used. */
export function readMessages(messages: readonly Message[]): Asked {
  const texts = messages.map(textOf)
  const at = messages.findLastIndex(({ role }) => role === 'user')
  const message = texts[at] ?? ''
  if (at < 0 || message.trim() === '') throw wrong('messages', 'There is no user message with text. Send what is asked as one.')
  if (message.length > longest)
    throw wrong(`messages.${at}.content`, `It has ${message.length} characters, ${longest} fit. Ingest long text as a document.`)
  const earlier = messages.flatMap((one, place) => (place === at ? [] : [earlierOf(one, texts[place] ?? '')]))
  const fresh = { message, before: earlier }
  const rest = messages.slice(at + 1).filter(({ role }) => role !== 'system' && role !== 'developer')
  if (rest.length === 0) return { fresh }
  const resumed = resumedOf(rest)
  return resumed === undefined ? { fresh } : { fresh, resumed }
}

/** Ids of calls carry the conversation that waits for them, because such a client has no other place for it. */
export const callId = (thread: string, id: string): string => `${thread}-${id}`

/** Undefined where the calls are not ours: an answer of another server, in a conversation that goes on here. */
function resumedOf(rest: readonly Message[]): Asked['resumed'] {
  const asking = rest.findLastIndex(({ role }) => role === 'assistant')
  const calls = rest[asking]
  const answers = rest.slice(asking + 1).flatMap((one) => (one.role === 'tool' ? [one] : []))
  if (answers.length === 0) throw wrong('messages', 'The last message is an answer. Send what the user says to it as the last one.')
  const open = calls?.role === 'assistant' ? (calls.tool_calls ?? []).map(({ id }) => id) : []
  const missing = open.filter((id) => !answers.some((answer) => answer.tool_call_id === id))
  if (missing.length > 0)
    throw wrong(
      'messages',
      `An assistant message with 'tool_calls' must be followed by tool messages for each. Missing: ${missing.join(', ')}.`,
    )
  const unasked = answers.find((answer) => !open.includes(answer.tool_call_id))
  if (unasked) throw wrong('messages', `No assistant message before it asks for the tool message '${unasked.tool_call_id.slice(0, 80)}'.`)
  const thread = /^(chat_[0-9a-z]+)-./.exec(open[0] ?? '')?.[1]
  if (thread === undefined || !open.every((id) => id.startsWith(`${thread}-`))) return undefined
  return {
    thread,
    results: answers.map((answer) => ({ call: answer.tool_call_id.slice(thread.length + 1), content: textOf(answer), ok: true })),
  }
}

function earlierOf(message: Message, text: string): Earlier {
  if (message.role === 'developer') return { role: 'system', text }
  if (message.role !== 'assistant') return { role: message.role, text }
  const calls = (message.tool_calls ?? []).map((one) => `(called ${one.function.name} with ${one.function.arguments})`)
  return { role: 'assistant', text: [text, ...calls].filter((line) => line !== '').join('\n') }
}

function textOf(message: Message, at = 0): string {
  const { content: given } = message
  if (given === null || given === undefined) return ''
  if (typeof given === 'string') return given
  return given.map((piece, place) => pieceText(piece, `messages.${at}.content.${place}`)).join('\n')
}

function pieceText({ type, text, refusal }: z.output<typeof part>, param: string): string {
  if (type === 'text' && text !== undefined) return text
  if (type === 'refusal' && refusal !== undefined) return refusal
  throw wrong(param, `Parts of the type '${type.slice(0, 40)}' are not read here; only text is. Ingest files as documents.`)
}

const wrong = (param: string, message: string): OpenAiFault => new OpenAiFault(400, 'invalid_value', { message, param })
