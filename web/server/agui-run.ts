/**
 * One chat turn as numbered events that outlive the connection they were made for: who is cut off reads on from the number
 * it has, and a turn ends because it is over or because somebody stopped it, not because a line broke.
 */
import { once } from 'node:events'
import type { Event } from '@ag-ui/core'
import { Fault } from '../../platform/fault.ts'

/** Numbers begin at 1 and have no gaps, so whoever cannot read them can count. */
export interface NumberedEvent {
  readonly id: number
  readonly event: Event
  /** The event as JSON. */
  readonly text: string
}

export interface AguiRun {
  readonly threadId: string
  readonly runId: string
  readonly startedAt: Date
  /** Digest of what was asked. */
  readonly asked: string
  /** Id of the activity that shows its plan. */
  readonly planId: string
  /** Aborts when somebody stops the turn, or nobody has listened for too long. */
  readonly stopping: AbortSignal
  ended(): boolean
  /** It ended in RUN_ERROR. */
  broken(): boolean
  /** The newest number. */
  last(): number
  /** The oldest number that is still kept. */
  first(): number
  /** Characters that are kept. */
  size(): number
  /** What is kept of it. */
  told(): readonly Event[]
  add(event: Event): void
  end(): void
  /** Every event after the number `after`, as they come, to the end or until `signal` aborts. Throws `conflict` for what is no longer kept. */
  read(after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent>
  /** Resolves when the fastest reader has nearly caught up, at once when nobody reads. */
  room(): Promise<void>
  stop(): void
}

export interface RunBounds {
  /** Characters of events that a run keeps; older ones are dropped. */
  readonly characters: number
  /** How long a turn goes on that nobody listens to. */
  readonly unheardMs: number
}

/** Events a reader may lag behind before the turn waits for it. */
const ahead = 2000

type Facts = Pick<AguiRun, 'threadId' | 'runId' | 'asked' | 'planId'>

export function createRun(facts: Facts, bounds: RunBounds): AguiRun {
  const kept: NumberedEvent[] = []
  const changed = new EventTarget()
  const stopping = new AbortController()
  const readers = new Set<{ next: number }>()
  let size = 0
  let last = 0
  let ended = false
  let unheard: NodeJS.Timeout | undefined

  const tell = (): unknown => changed.dispatchEvent(new globalThis.Event('change'))
  const first = (): number => kept[0]?.id ?? last + 1
  const stop = (): void => stopping.abort(new DOMException('The turn was stopped.', 'AbortError'))
  const listenForNobody = (): void => {
    clearTimeout(unheard)
    if (readers.size === 0 && !ended) unheard = setTimeout(stop, bounds.unheardMs).unref()
  }
  const take = (reader: { next: number }): NumberedEvent => {
    const found = kept[reader.next - first()]
    if (found === undefined) throw gone(facts, reader.next - 1)
    reader.next += 1
    tell()
    return found
  }
  listenForNobody()

  return {
    ...facts,
    startedAt: new Date(),
    stopping: stopping.signal,
    ended: () => ended,
    broken: () => kept.at(-1)?.event.type === 'RUN_ERROR',
    last: () => last,
    first,
    size: () => size,
    told: () => kept.map(({ event }) => event),
    stop,
    add: (event) => {
      const text = JSON.stringify(event)
      kept.push({ id: ++last, event, text })
      size += text.length
      while (size > bounds.characters && kept.length > 1) size -= kept.shift()?.text.length ?? 0
      tell()
    },
    end: () => {
      ended = true
      clearTimeout(unheard)
      tell()
    },
    async *read(after, signal) {
      const reader = { next: after + 1 }
      readers.add(reader)
      clearTimeout(unheard)
      try {
        while (!signal.aborted) {
          if (reader.next <= last) yield take(reader)
          else if (ended || !(await happens(changed, signal))) return
        }
      } finally {
        readers.delete(reader)
        tell()
        listenForNobody()
      }
    },
    room: async () => {
      const lag = (): number => (readers.size === 0 ? 0 : last - Math.max(...[...readers].map(({ next }) => next)))
      while (lag() > ahead && (await happens(changed, stopping.signal)));
    },
  }
}

/** False when the signal came first. */
async function happens(changed: EventTarget, signal: AbortSignal): Promise<boolean> {
  try {
    await once(changed, 'change', { signal })
    return true
  } catch {
    return false
  }
}

function gone({ runId, threadId }: Facts, after: number): Fault {
  const words = `The events after ${after} of run '${runId}' are no longer kept. Read the conversation at /agui/threads/${threadId}/events.`
  return new Fault('conflict', words)
}
