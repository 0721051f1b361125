/** A conversation read back from its checkpoint: what the page shows after a reload, and the calls a pipeline is saved from. */
import { AIMessage, BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { Fault } from '../platform/fault.ts'
import type { ChatPort } from '../tools/ports.ts'
import type { ChatMessage } from './chat.ts'
import type { Checkpoints } from './checkpoints.ts'
import { offlineMark } from './models.ts'
import { threadKeys } from './threads.ts'
import { artifactOf, isPlanned } from './turn-plan.ts'

/** Empty where nothing was said under this key. */
export async function messagesOf(checkpoints: Checkpoints, key: string): Promise<readonly BaseMessage[]> {
  const tuple = await checkpoints.getTuple({ configurable: { thread_id: key } })
  return messagesIn(tuple?.checkpoint.channel_values)
}

/** Of the values that the agent keeps. */
export function messagesIn(values: unknown): readonly BaseMessage[] {
  const messages: unknown = typeof values === 'object' && values !== null ? Reflect.get(values, 'messages') : undefined
  return Array.isArray(messages) ? messages.filter((message) => BaseMessage.isInstance(message)) : []
}

/** As the page shows it: who said what, what was called and what came of it. */
export function shown(messages: readonly BaseMessage[]): readonly ChatMessage[] {
  let mark: string | undefined
  return messages.flatMap((message, at): readonly ChatMessage[] => {
    const id = message.id ?? `message-${at}`
    if (HumanMessage.isInstance(message)) {
      mark = undefined
      return [{ id, role: 'user', text: message.text }]
    }
    if (ToolMessage.isInstance(message)) return [shownResult(id, message)]
    if (!AIMessage.isInstance(message)) return []
    // A turn is planned as a whole, so its first message says who answers all of it.
    if (isPlanned(message)) mark = offlineMark
    const calls = (message.tool_calls ?? []).map(({ id: call, name, args }) => ({ id: call ?? '', tool: name, input: args }))
    const marked = mark === undefined ? {} : { mark }
    return [{ id, role: 'assistant', text: message.text, ...(calls.length > 0 ? { calls } : {}), ...marked }]
  })
}

function shownResult(id: string, message: ToolMessage): ChatMessage {
  const kept = artifactOf(message)
  const data = kept?.data === undefined ? {} : { data: kept.data }
  return { id, role: 'tool', text: kept?.content ?? message.text, call: message.tool_call_id, ok: message.status !== 'error', ...data }
}

/** Calls that the conversation ends without an answer to: it was stopped, or nobody decided. */
export function openCalls(messages: readonly BaseMessage[]): readonly { readonly id: string; readonly name: string }[] {
  const answered = new Set(messages.filter((message) => ToolMessage.isInstance(message)).map((message) => message.tool_call_id))
  const calls = messages.filter((message) => AIMessage.isInstance(message)).flatMap((message) => message.tool_calls ?? [])
  return calls.flatMap(({ id, name }) => (id === undefined || answered.has(id) ? [] : [{ id, name }]))
}

/** Of the first of these that holds a conversation. */
export async function keptUnder(checkpoints: Checkpoints, keys: readonly string[]): Promise<readonly BaseMessage[]> {
  for (const key of keys) {
    const messages = await messagesOf(checkpoints, key)
    if (messages.length > 0) return messages
  }
  return []
}

/** For tools that work on chats, such as saving one as a pipeline. */
export function createChatPort(checkpoints: Checkpoints): ChatPort {
  return {
    calls: async (thread, caller) => {
      const messages = await keptUnder(checkpoints, threadKeys(caller, thread))
      if (messages.length === 0) throw new Fault('not_found', `There is no conversation '${thread.slice(0, 80)}'. Check its id.`)
      const results = new Map(
        messages.filter((message) => ToolMessage.isInstance(message)).map((message) => [message.tool_call_id, message]),
      )
      return messages
        .filter((message) => AIMessage.isInstance(message))
        .flatMap((message) => message.tool_calls ?? [])
        .flatMap(({ id, name, args }) => {
          const result = results.get(id ?? '')
          return result && result.status !== 'error' && artifactOf(result)?.aside !== true
            ? [{ tool: name, input: args, data: artifactOf(result)?.data }]
            : []
        })
    },
  }
}
