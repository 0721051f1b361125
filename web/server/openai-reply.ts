/** A chat turn as an OpenAI answer: its events become deltas, and what OpenAI has no field for stands under `millrace`. */
import { z } from 'zod'
import type { ChatEvent, Usage } from '../../agents/chat.ts'
import { Fault, type FaultCode, faultCodes } from '../../platform/fault.ts'
import { callId } from './openai-messages.ts'

export interface Delta {
  readonly content?: string
  /** As most servers that show a model's thinking send it. */
  readonly reasoning_content?: string
  readonly tool_calls?: readonly ToolCallDelta[]
}

interface ToolCallDelta {
  readonly index: number
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** A passage that the answer stands on, in OpenAI's form for web pages; the address opens the document here. */
interface Annotation {
  readonly type: 'url_citation'
  readonly url_citation: { readonly url: string; readonly title: string; readonly start_index: number; readonly end_index: number }
}

export interface Ending {
  readonly finish: 'stop' | 'tool_calls' | 'length'
  readonly annotations: readonly Annotation[]
  readonly usage: Usage
  /** Documented in the OpenAPI document as MillraceAnswer. */
  readonly millrace: Readonly<Record<string, unknown>>
}

export interface Reply {
  /** Throws the fault of a turn that failed before it could answer anything. */
  take(event: ChatEvent): Delta | undefined
  /** True when the last event of the turn has come. */
  ended(): boolean
  /** True when a tool has been called: asking again would perhaps do it twice. */
  acted(): boolean
  ending(): Ending
}

export interface ReplyOptions {
  readonly thread: string
  /** Address of this server, without a slash at the end. */
  readonly url: string
  /** Fields of the request that had no effect. */
  readonly ignored: readonly string[]
}

type EventOf<T extends ChatEvent['type']> = Extract<ChatEvent, { type: T }>
type Citation = z.output<typeof citation>

const citation = z.object({
  collection: z.string(),
  document: z.string(),
  chunk: z.int(),
  title: z.string(),
  quote: z.string(),
})
const cited = z.object({ abstained: z.literal(false), citations: z.array(citation) })

interface Kept {
  text: string
  /** Id of the message that spoke last: another one begins a new paragraph. */
  speaker: string | undefined
  finish: Ending['finish'] | undefined
  usage: Usage
  readonly calls: { readonly tool: string; readonly ok: boolean }[]
  readonly citations: Citation[]
  readonly own: Record<string, unknown>
}

export function createReply(options: ReplyOptions): Reply {
  const kept: Kept = { text: '', speaker: undefined, finish: undefined, usage: { input: 0, output: 0 }, calls: [], citations: [], own: {} }
  return {
    take: (event) => {
      const delta = kept.finish === undefined ? deltaOf(kept, event, options) : undefined
      if (delta?.content !== undefined) kept.text += delta.content
      return delta
    },
    ended: () => kept.finish !== undefined,
    acted: () => kept.calls.length > 0,
    ending: () => endingOf(kept, options),
  }
}

function deltaOf(kept: Kept, event: ChatEvent, { thread, url }: ReplyOptions): Delta | undefined {
  switch (event.type) {
    case 'started':
      if (event.mark !== undefined) kept.own.mark = event.mark
      return undefined
    case 'text':
      return event.delta === '' ? undefined : { content: said(kept, event.message, event.delta) }
    case 'reasoning':
      return { reasoning_content: event.delta }
    case 'plan':
      kept.own.plan = event.steps
      return undefined
    case 'usage':
      kept.usage = event.usage
      return undefined
    case 'result':
      kept.calls.push({ tool: event.tool, ok: event.ok })
      kept.citations.push(...(cited.safeParse(event.data).data?.citations ?? []))
      return undefined
    case 'clarify':
      kept.own.clarify = { tool: event.tool, schema: event.schema, known: event.known }
      return { content: said(kept, 'clarify', event.question) }
    case 'waiting':
      return waiting(kept, event, url)
    case 'client_calls':
      return clientCalls(kept, event, thread)
    case 'finished':
      kept.finish = 'stop'
      return undefined
    case 'failed':
      return failed(kept, event)
    case 'agent':
    case 'state':
    case 'call':
    case 'arguments':
    case 'called':
    case 'progress':
      return undefined
    default:
      return event satisfies never
  }
}

function said(kept: Kept, speaker: string, text: string): string {
  const apart = kept.text !== '' && kept.speaker !== speaker ? '\n\n' : ''
  kept.speaker = speaker
  return `${apart}${text}`
}

/** A call that a person must decide runs by itself once they approved it; the client is told where. */
function waiting(kept: Kept, { approvals }: EventOf<'waiting'>, url: string): Delta {
  const decideAt = `${url}/#/approvals`
  kept.finish = 'stop'
  kept.own.waiting = approvals.map(({ approval, tool, input, reason, origins }) => ({
    approval,
    tool,
    input,
    reason,
    origins,
    decide_at: decideAt,
  }))
  const lines = approvals.map(({ approval, tool, input }) => `- ${tool} ${JSON.stringify(input)} (approval ${approval})`)
  const head = 'This waits for a person’s approval and runs once they have given it:'
  return { content: said(kept, 'waiting', [head, ...lines, `Decide at ${decideAt}`].join('\n')) }
}

function clientCalls(kept: Kept, { calls }: EventOf<'client_calls'>, thread: string): Delta {
  kept.finish = 'tool_calls'
  return {
    tool_calls: calls.map(({ call, tool, input }, index) => ({
      index,
      id: callId(thread, call),
      type: 'function',
      function: { name: tool, arguments: JSON.stringify(input ?? {}) },
    })),
  }
}

/** A turn stopped by its budget is an answer that is too short, as OpenAI's `length` is; any other failure is an error. */
function failed(kept: Kept, { code, message }: EventOf<'failed'>): Delta | undefined {
  if (code !== 'deadline') throw new Fault(faultCode(code), message)
  kept.finish = 'length'
  kept.own.stopped = message
  return undefined
}

const faultCode = (code: string): FaultCode => faultCodes.find((known) => known === code) ?? 'internal'

function endingOf({ text, finish, usage, calls, citations, own }: Kept, { url, ignored }: ReplyOptions): Ending {
  return {
    finish: finish ?? 'stop',
    usage,
    annotations: annotationsOf(citations, text, url),
    millrace: {
      ...own,
      ...(calls.length > 0 ? { calls } : {}),
      ...(citations.length > 0 ? { citations } : {}),
      ...(usage.usd === undefined ? {} : { usd: usage.usd }),
      ...(ignored.length > 0 ? { ignored } : {}),
    },
  }
}

/** Passages whose words or number ("[2]") stand in the answer, where they stand; where none does, the best one for all of it. */
function annotationsOf(citations: readonly Citation[], text: string, url: string): readonly Annotation[] {
  const placed = citations.flatMap((one, number) => {
    const place = placeOf(text, one.quote) ?? placeOf(text, `[${number + 1}]`)
    return place === undefined ? [] : [annotationOf(one, place, url)]
  })
  const [best] = citations
  return placed.length > 0 || best === undefined ? placed : [annotationOf(best, { start_index: 0, end_index: text.length }, url)]
}

type Place = Pick<Annotation['url_citation'], 'start_index' | 'end_index'>

function placeOf(text: string, words: string): Place | undefined {
  const at = words === '' ? -1 : text.indexOf(words)
  return at < 0 ? undefined : { start_index: at, end_index: at + words.length }
}

function annotationOf({ collection, document, chunk, title }: Citation, place: Place, url: string): Annotation {
  const address = `${url}/api/collections/${encodeURIComponent(collection)}/documents/${encodeURIComponent(document)}?chunk=${chunk}`
  return { type: 'url_citation', url_citation: { url: address, title: title === '' ? document : title, ...place } }
}
