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
  readonly usage: Usage
}

const longestShown = 120

/** The calls are those that were told: the library takes half an argument for a whole one, and drops a call without an id. */
export function repaired(answer: AIMessage, { message, calls, restore, usage }: Heard): AIMessage {
  const unread: Record<string, string> = {}
  const tool_calls = calls.map(({ id, name, json }) => {
    const args = argumentsIn(json)
    if (args === undefined) unread[id] = json.slice(0, longestShown).toWellFormed()
    return { id, name, args: restore(args ?? {}), type: 'tool_call' as const }
  })
  return new AIMessage({
    id: message,
    content: restore(answer.text),
    tool_calls,
    response_metadata: { millrace: { usage, ...(Object.keys(unread).length > 0 ? { malformed: unread } : {}) } },
  })
}

const object = z.record(z.string(), z.unknown())

function argumentsIn(json: string): Record<string, unknown> | undefined {
  try {
    return object.safeParse(JSON.parse(json.trim() === '' ? '{}' : json, withoutPrototype)).data
  } catch {
    return undefined
  }
}

/** Such a key would change what an object is once somebody copies it. */
function withoutPrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('A key is __proto__.')
  return value
}
