/** Personal data stays here: messages leave with placeholders in its place, and what comes back is filled in again. */
import { AIMessage, type BaseMessage, HumanMessage, SystemMessage, ToolMessage } from '@langchain/core/messages'
import type { createMask } from '../../platform/pii/pii.ts'

export type Mask = ReturnType<typeof createMask>

/** Copies; the messages themselves stay as they are. */
export function maskMessages(messages: readonly BaseMessage[], mask: Mask): readonly BaseMessage[] {
  return messages.map((message) => maskMessage(message, mask))
}

function maskMessage(message: BaseMessage, { mask }: Mask): BaseMessage {
  const content = mask(message.text)
  const id = message.id === undefined ? {} : { id: message.id }
  if (HumanMessage.isInstance(message)) return new HumanMessage({ content, ...id })
  if (SystemMessage.isInstance(message)) return new SystemMessage({ content, ...id })
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id, name, status } = message
    return new ToolMessage({
      content,
      tool_call_id,
      ...id,
      ...(name === undefined ? {} : { name }),
      ...(status === undefined ? {} : { status }),
    })
  }
  if (!AIMessage.isInstance(message)) return message
  return new AIMessage({
    content,
    ...id,
    tool_calls: (message.tool_calls ?? []).map((call) => ({ ...call, args: eachText(call.args, mask) })),
  })
}

/** The same value with every text in it changed; keys stay. */
export function eachText<T>(value: T, change: (text: string) => string): T
export function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((inner) => eachText(inner, change))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, eachText(inner, change)]))
}

/** Fills in placeholders of a text that comes in pieces: the beginning of one waits for its end. */
export class Filling {
  readonly #restore: (text: string) => string
  #held = ''

  constructor(restore: (text: string) => string) {
    this.#restore = restore
  }

  add(piece: string): string {
    const text = this.#held + piece
    const open = /<[A-Z]*(?:_\d*)?$/u.exec(text)
    const ready = open && open[0].length < longestPlaceholder ? text.slice(0, open.index) : text
    this.#held = text.slice(ready.length)
    return this.#restore(ready)
  }

  rest(): string {
    const rest = this.#restore(this.#held)
    this.#held = ''
    return rest
  }
}

const longestPlaceholder = 24
