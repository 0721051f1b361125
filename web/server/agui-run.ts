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
  /** How many listen. */
  readers(): number
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

export function createRun(facts: Facts, { characters, unheardMs }: RunBounds): AguiRun {
  const stopping = new AbortController()
  const stop = (): void => stopping.abort(new DOMException('The turn was stopped.', 'AbortError'))
  const changes = new EventTarget()
  const changed = (): unknown => changes.dispatchEvent(new globalThis.Event('change'))
  const kept = keepEvents(facts, characters)
  const readers = createReaders({ unheardMs, unheard: stop, changed })
  let ended = false
  return {
    ...facts,
    ...kept,
    stop,
    startedAt: new Date(),
    stopping: stopping.signal,
    readers: readers.count,
    ended: () => ended,
    broken: () => kept.told().at(-1)?.type === 'RUN_ERROR',
    add: (event) => {
      kept.add(event)
      changed()
    },
    end: () => {
      ended = true
      readers.close()
      changed()
    },
    async *read(after, signal) {
      const reader = readers.join(after + 1)
      try {
        while (!signal.aborted) {
          if (reader.next <= kept.last()) {
            const found = kept.at(reader.next++)
            changed()
            yield found
          } else if (ended || !(await happens(changes, signal))) return
        }
      } finally {
        readers.leave(reader)
      }
    },
    room: async () => {
      while (readers.lag(kept.last()) > ahead && (await happens(changes, stopping.signal)));
    },
  }
}

type Kept = Pick<AguiRun, 'last' | 'first' | 'size' | 'told' | 'add'> & { at(id: number): NumberedEvent }

/** The newest events within so many characters, and always the newest one. */
function keepEvents(facts: Facts, characters: number): Kept {
  const kept: { readonly id: number; readonly event: Event; readonly size: number }[] = []
  let size = 0
  let last = 0
  const first = (): number => kept[0]?.id ?? last + 1
  return {
    first,
    last: () => last,
    size: () => size,
    told: () => kept.map(({ event }) => event),
    add: (event) => {
      const added = { id: ++last, event, size: JSON.stringify(event).length }
      kept.push(added)
      size += added.size
      while (size > characters && kept.length > 1) size -= kept.shift()?.size ?? 0
    },
    at: (id) => {
      const found = kept[id - first()]
      if (found !== undefined) return found
      throw notKept(facts, id - 1)
    },
  }
}

export function notKept({ runId, threadId }: Pick<Facts, 'runId' | 'threadId'>, after: number): Fault {
  const words = `The events after ${after} of run '${runId}' are no longer kept. Read the conversation at /agui/threads/${threadId}/events.`
  return new Fault('conflict', words)
}

interface Reader {
  /** The number it reads next. */
  next: number
}

/** Who listens; when nobody has for `unheardMs`, `unheard` is called. */
function createReaders({
  unheardMs,
  unheard,
  changed,
}: {
  readonly unheardMs: number
  readonly unheard: () => void
  readonly changed: () => void
}) {
  const readers = new Set<Reader>()
  let closed = false
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    clearTimeout(timer)
    if (readers.size === 0 && !closed) timer = setTimeout(unheard, unheardMs).unref()
  }
  wait()
  return {
    join: (next: number): Reader => {
      const reader = { next }
      readers.add(reader)
      clearTimeout(timer)
      return reader
    },
    leave: (reader: Reader): void => {
      readers.delete(reader)
      wait()
      changed()
    },
    count: () => readers.size,
    /** How far the fastest is behind; 0 when there is none. */
    lag: (last: number): number => (readers.size === 0 ? 0 : last - Math.max(...[...readers].map(({ next }) => next))),
    close: (): void => {
      closed = true
      clearTimeout(timer)
    },
  }
}

/** False when the signal came first. */
async function happens(changes: EventTarget, signal: AbortSignal): Promise<boolean> {
  try {
    await once(changes, 'change', { signal })
    return true
  } catch {
    return false
  }
}
