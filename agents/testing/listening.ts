/** For tests of the chat: a turn's events gathered, and what they say. */
import type { ChatEvent, ChatRequest, Orchestrator } from '../chat.ts'

/** All events of one turn. */
export async function listen(
  orchestrator: Pick<Orchestrator, 'chat'>,
  request: Omit<ChatRequest, 'signal'> & { readonly signal?: AbortSignal },
): Promise<readonly ChatEvent[]> {
  const events: ChatEvent[] = []
  for await (const event of orchestrator.chat({ signal: AbortSignal.timeout(60_000), ...request })) events.push(event)
  return events
}

export const spoken = (events: readonly ChatEvent[]): string => events.map((event) => (event.type === 'text' ? event.delta : '')).join('')

export type ResultEvent = Extract<ChatEvent, { readonly type: 'result' }>
export const resultsIn = (events: readonly ChatEvent[]): readonly ResultEvent[] =>
  events.flatMap((event) => (event.type === 'result' ? [event] : []))

const last = new Set<ChatEvent['type']>(['finished', 'failed', 'waiting', 'client_calls'])

type CallState = 'open' | 'called' | 'answered'

/** From which states of a call an event may come, and to which it leads. A call of an earlier part of the turn is not known. */
const steps: Readonly<Record<string, { readonly from: readonly (CallState | undefined)[]; readonly to: CallState }>> = {
  call: { from: [undefined], to: 'open' },
  arguments: { from: ['open'], to: 'open' },
  called: { from: ['open'], to: 'called' },
  progress: { from: ['called', undefined], to: 'called' },
  result: { from: ['called', undefined], to: 'answered' },
}

/** What is wrong with the order of a turn's events; empty when nothing is. */
export function bracketed(events: readonly ChatEvent[]): readonly string[] {
  const ends = events.flatMap(({ type }, at) => (last.has(type) ? [at] : []))
  const wrong = [
    ...(events[0]?.type === 'started' ? [] : ['does not start with started']),
    ...(ends.length === 1 && ends[0] === events.length - 1 ? [] : [`has its last event at ${ends.join(', ')} of ${events.length}`]),
  ]
  const states = new Map<string, CallState>()
  for (const event of events) {
    const step = steps[event.type]
    if (!step || !('call' in event)) continue
    if (!step.from.includes(states.get(event.call))) wrong.push(`${event.type} of ${event.call}, which is ${states.get(event.call)}`)
    states.set(event.call, step.to)
  }
  return wrong
}
