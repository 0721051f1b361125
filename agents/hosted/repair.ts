/**
 * A hosted model's answer as the conversation keeps it: under ids of our own, and with calls whose arguments were no JSON
 * as calls that are answered with what was wrong, so that the model may correct itself.
 */
import { AIMessage, type BaseMessage } from '@langchain/core/messages'
import { z } from 'zod'
import type { Usage } from '../chat.ts'
import type { HeardCall } from '../turns/token-events.ts'

const malformed = z.object({ millrace: z.object({ malformed: z.record(z.string(), z.string()) }) })

/** By call: what came instead of JSON. */
export function malformedIn(message: BaseMessage | undefined): Readonly<Record<string, string>> {
  return malformed.safeParse(message?.response_metadata).data?.millrace.malformed ?? {}
}

export interface Heard {
  readonly message: string
  readonly calls: readonly HeardCall[]
  /** Fills in placeholders. */
  readonly restore: <T>(value: T) => T
  readonly newId: (prefix: string) => string
  readonly usage: Usage
}

const longestShown = 120

export function repaired(answer: AIMessage, { message, calls, restore, newId, usage }: Heard): AIMessage {
  const left = [...calls]
  const idOf = (given: string | undefined, name: string | undefined): string => {
    const at = left.findIndex((call) => call.given === (given ?? '') && call.name === name)
    return at < 0 ? newId('call') : (left.splice(at, 1)[0]?.id ?? newId('call'))
  }
  const whole = (answer.tool_calls ?? []).map(({ id, name, args }) => ({ id: idOf(id, name), name, args: restore(args) }))
  const broken = (answer.invalid_tool_calls ?? []).map(({ id, name, args }) => ({ id: idOf(id, name), name: name ?? '', said: args ?? '' }))
  const unread = Object.fromEntries(broken.map(({ id, said }) => [id, said.slice(0, longestShown).toWellFormed()]))
  return new AIMessage({
    id: message,
    content: restore(answer.text),
    tool_calls: [
      ...whole.map((call) => ({ ...call, type: 'tool_call' as const })),
      ...broken.map(({ id, name }) => ({ id, name, args: {}, type: 'tool_call' as const })),
    ],
    response_metadata: { millrace: { usage, ...(broken.length > 0 ? { malformed: unread } : {}) } },
  })
}
