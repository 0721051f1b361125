/** Works one chat turn to its end, whoever listens: the orchestrator's events, mapped and numbered, and exactly one terminal one. */
import type { Event } from '@ag-ui/core'
import type { ChatEvent, ChatRequest } from '../../agents/chat.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import type { AguiMapper } from './agui-events.ts'
import type { AguiRun } from './agui-run.ts'
import type { ServerContext } from './context.ts'

/** How long a turn that was stopped may take to say its last words. */
export const lastWordsMs = 2000

export interface TurnWork {
  readonly request: Omit<ChatRequest, 'signal'>
  readonly run: AguiRun
  readonly mapper: AguiMapper
  /** Hears every event as it is added, and that there will be no more. */
  readonly record: { add(event: Event): void; end(): void }
}

/**
 * Resolves with the rest of the work once the turn has begun; throws the fault of one that was refused before it did.
 * The rest never rejects.
 */
export async function beginTurn(context: ServerContext, work: TurnWork): Promise<{ readonly rest: Promise<void> }> {
  const { closing, orchestrator } = context
  const { run, request } = work
  const signal = AbortSignal.any([run.stopping, closing])
  const events = orchestrator.chat({ ...request, signal })[Symbol.asyncIterator]()
  const first = await untilStopped(events.next(), { closing, stopping: run.stopping })
  return { rest: relay(context, { ...work, events, first }) }
}

interface Relay extends TurnWork {
  readonly events: AsyncIterator<ChatEvent>
  readonly first: IteratorResult<ChatEvent>
}

async function relay({ closing, waist }: ServerContext, { events, first, mapper, run, record }: Relay): Promise<void> {
  const add = (mapped: readonly Event[]): void => {
    for (const event of mapped) {
      record.add(event)
      run.add(event)
    }
  }
  const failed = (code: string, message: string): readonly Event[] => mapper.map({ type: 'failed', code, message })
  const stopped = (): readonly Event[] => failed('unavailable', 'The server is stopping. Ask again when it is back.')
  /** What a stopped turn says of its end is that it was stopped. */
  const told = (event: ChatEvent): readonly Event[] =>
    event.type === 'failed' && run.stopping.aborted ? mapper.cancel() : mapper.map(event)
  try {
    for (let next = first; !next.done; next = await untilStopped(events.next(), { closing, stopping: run.stopping })) {
      add(told(next.value))
      if (mapper.ended()) break
      await run.room()
    }
    add(closing.aborted ? stopped() : failed('internal', 'The turn ended without a last event.'))
  } catch (error) {
    const fault = asFault(error)
    const quiet = closing.aborted || run.stopping.aborted
    if (!(error instanceof Fault) && fault.code === 'internal' && !quiet)
      waist.platform.log.error({ error }, 'A chat turn failed unexpectedly.')
    add(closing.aborted ? stopped() : run.stopping.aborted ? mapper.cancel() : failed(fault.code, fault.message))
  } finally {
    run.end()
    record.end()
    // Not awaited: a model that does not hear the signal must not hold the turn open.
    events.return?.()?.catch(() => undefined)
  }
}

interface Ends {
  readonly closing: AbortSignal
  readonly stopping: AbortSignal
}

/** A turn that does not end by itself is left behind: at once when the server closes, after its last words when it was stopped. */
function untilStopped<T>(next: Promise<T>, { closing, stopping }: Ends): Promise<T> {
  if (closing.aborted) return Promise.reject(closingFault())
  return new Promise((resolve, reject) => {
    let late: NodeJS.Timeout | undefined
    const close = (): void => reject(closingFault())
    const stop = (): void => {
      late = setTimeout(() => reject(new Fault('cancelled', 'The turn was stopped.')), lastWordsMs)
    }
    if (stopping.aborted) stop()
    closing.addEventListener('abort', close, { once: true })
    stopping.addEventListener('abort', stop, { once: true })
    next.then(resolve, reject).finally(() => {
      clearTimeout(late)
      closing.removeEventListener('abort', close)
      stopping.removeEventListener('abort', stop)
    })
  })
}

const closingFault = (): Fault => new Fault('unavailable', 'The server is stopping.')
