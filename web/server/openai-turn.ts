/** Begins a turn for a client that keeps the conversation itself, and listens to it until it ends or nobody listens any more. */
import type { ChatEvent, ChatRequest } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'
import type { ServerContext } from './context.ts'
import type { ChatAsk } from './openai-chat-request.ts'
import { createReply, type Reply } from './openai-reply.ts'

export interface Head {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly system_fingerprint: string
}

export interface Turn {
  readonly ask: ChatAsk
  readonly head: Head
  /** Until the last event of the turn; a turn that failed at once has thrown before. */
  readonly events: AsyncIterable<ChatEvent>
  readonly reply: Reply
  readonly signal: AbortSignal
}

interface Beginning {
  readonly ask: ChatAsk
  readonly caller: Caller
  readonly hungUp: AbortSignal
}

/** Results go to the conversation that waits for them; where it is gone, the messages that were sent are all there is. */
export async function beginTurn(context: ServerContext, { ask, caller, hungUp }: Beginning): Promise<Turn> {
  const { waist, closing, version, url } = context
  const signal = AbortSignal.any([hungUp, closing])
  const open = (thread: string, said: Pick<ChatRequest, 'message' | 'before' | 'resume' | 'results'>): Promise<Turn> => {
    const request: ChatRequest = { ...said, thread, caller, signal, keep: false, clientTools: ask.clientTools }
    const created = Math.floor(waist.platform.now().getTime() / 1000)
    const head = { id: waist.platform.newId('chatcmpl'), created, model: ask.model, system_fingerprint: `millrace_${version}` }
    const reply = createReply({ thread, url, ignored: ask.ignored })
    return peeked({ ask, head, reply, signal: hungUp, events: heard(context.orchestrator.chat(request), { reply, signal, closing }) })
  }
  const anew = (): Promise<Turn> => open(waist.platform.newId('chat'), ask.fresh)
  if (ask.resumed === undefined) return anew()
  const { thread, results } = ask.resumed
  try {
    return await open(thread, { resume: true, results })
  } catch (error) {
    if (error instanceof Fault && gone.has(error.code)) return anew()
    throw error
  }
}

/** What a conversation that does not wait for these results is refused with. */
const gone: ReadonlySet<string> = new Set(['conflict', 'not_found', 'invalid_input'])

/** Waits for the first two events, so that a turn which fails at once is answered with a status, streamed or not. */
async function peeked(turn: Turn): Promise<Turn> {
  const rest = turn.events[Symbol.asyncIterator]()
  const first = [await rest.next(), await rest.next()].flatMap(({ done, value }) => (done === true ? [] : [value]))
  const failure = first.find((event) => event.type === 'failed')
  try {
    if (failure) turn.reply.take(failure)
  } catch (error) {
    await rest.return?.()
    throw error
  }
  return { ...turn, events: replayed(first, rest) }
}

async function* replayed(first: readonly ChatEvent[], rest: AsyncIterator<ChatEvent>): AsyncGenerator<ChatEvent> {
  try {
    yield* first
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

interface Listening {
  readonly reply: Reply
  readonly signal: AbortSignal
  readonly closing: AbortSignal
}

/** The events until the last; a turn that does not hear that it should stop is left behind. */
async function* heard(events: AsyncIterable<ChatEvent>, { reply, signal, closing }: Listening): AsyncGenerator<ChatEvent> {
  const iterator = events[Symbol.asyncIterator]()
  const stop = Promise.withResolvers<never>()
  stop.promise.catch(() => undefined)
  const onAbort = (): void => stop.reject(closing.aborted ? stopping() : new Fault('cancelled', 'The client hung up.'))
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), stop.promise])
      if (next.done === true) throw new Fault('internal', 'The turn ended without a last event.')
      if (closing.aborted && next.value.type === 'failed') throw stopping()
      yield next.value
      if (reply.ended()) return
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    // Not awaited: a model that does not hear the signal must not hold the answer open.
    iterator.return?.()?.catch(() => undefined)
  }
}

const stopping = (): Fault => new Fault('unavailable', 'The server is stopping. Ask again when it is back.')
