/** The brackets of words in AG-UI: one message is open at a time, the agent's answer or what it shows of its thinking. */
import { type Event, EventType } from '@ag-ui/core'

interface Words {
  /** The message as the orchestrator names it. */
  readonly message: string
  readonly delta: string
}

type Kind = 'text' | 'reasoning'

export interface Speech {
  /** How often a message was opened: words that go on after a call are a new message to AG-UI. */
  readonly opened: Map<string, number>
  open: { readonly kind: Kind; readonly source: string; readonly id: string } | undefined
}

export const createSpeech = (): Speech => ({ opened: new Map(), open: undefined })

export function say(speech: Speech, kind: Kind, { message, delta }: Words): readonly Event[] {
  if (delta === '') return []
  const { open } = speech
  if (open?.source === message && open.kind === kind) return [content(kind, open.id, delta)]
  const closed = hush(speech)
  // A thought and the answer it leads to may have one name; in AG-UI they are two messages.
  const name = kind === 'text' ? message : `${message}.reasoning`
  const times = (speech.opened.get(name) ?? 0) + 1
  const id = times === 1 ? name : `${name}.${times}`
  speech.opened.set(name, times)
  speech.open = { kind, source: message, id }
  return [...closed, ...begin(kind, id), content(kind, id, delta)]
}

/** Whatever is open is closed. */
export function hush(speech: Speech): readonly Event[] {
  if (speech.open === undefined) return []
  const { kind, id } = speech.open
  speech.open = undefined
  if (kind === 'text') return [{ type: EventType.TEXT_MESSAGE_END, messageId: id }]
  return [
    { type: EventType.REASONING_MESSAGE_END, messageId: id },
    { type: EventType.REASONING_END, messageId: spanOf(id) },
  ]
}

function begin(kind: Kind, id: string): readonly Event[] {
  if (kind === 'text') return [{ type: EventType.TEXT_MESSAGE_START, messageId: id, role: 'assistant' }]
  return [
    { type: EventType.REASONING_START, messageId: spanOf(id) },
    { type: EventType.REASONING_MESSAGE_START, messageId: id, role: 'reasoning' },
  ]
}

function content(kind: Kind, messageId: string, delta: string): Event {
  return kind === 'text'
    ? { type: EventType.TEXT_MESSAGE_CONTENT, messageId, delta }
    : { type: EventType.REASONING_MESSAGE_CONTENT, messageId, delta }
}

const spanOf = (id: string): string => `${id}.span`
