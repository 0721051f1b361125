/** Follows a task: as it is now, then every change, whether this process works on it or another. */
import type { Platform } from '../../platform/platform.ts'
import { type Kept, loadTask } from './tasks.ts'
import { isSettled, isTerminal, type StreamEvent } from './wire.ts'
import type { Work } from './work.ts'

export interface FollowGround {
  readonly platform: Platform
  readonly work: Work
  /** Between two looks at a task that another process works on. */
  readonly lookMs: number
}

/**
 * The whole task first, so that nobody misses what came before; it ends when the task ends or waits for somebody, a task that
 * waits already when it does so again.
 */
export async function* followTask(ground: FollowGround, given: Kept, left: AbortSignal): AsyncGenerator<StreamEvent, void, undefined> {
  const leaving = new AbortController()
  const events = ground.work.follow(given, AbortSignal.any([left, leaving.signal]))
  const waits = isSettled(given.task.status.state)
  try {
    const known = ground.work.current(given) ?? (await load(ground, given))
    yield { task: known.task }
    const { state } = known.task.status
    if (isTerminal(state) || (!waits && isSettled(state))) return
    yield* changes(ground, known, events)
  } finally {
    leaving.abort()
  }
}

async function* changes(
  ground: FollowGround,
  from: Kept,
  events: AsyncGenerator<StreamEvent, void, undefined>,
): AsyncGenerator<StreamEvent, void, undefined> {
  let known = from
  for await (const event of ticking(events, ground.lookMs)) {
    if (event !== undefined) {
      yield event
      if (endsIn(event)) return
      continue
    }
    const now = ground.work.has(from) ? known : await load(ground, from)
    if (now.task.status.timestamp === known.task.status.timestamp) continue
    known = now
    yield { task: now.task }
    if (isSettled(now.task.status.state)) return
  }
}

const load = async ({ platform }: FollowGround, kept: Kept): Promise<Kept> =>
  (await loadTask(platform.db, kept.caller, kept.task.id)) ?? kept

const endsIn = (event: StreamEvent): boolean => 'statusUpdate' in event && isSettled(event.statusUpdate.status.state)

/** The events, and `undefined` whenever none came for so long. */
async function* ticking<T>(events: AsyncGenerator<T, void, undefined>, ms: number): AsyncGenerator<T | undefined, void, undefined> {
  let pending = events.next()
  let tick = later(ms)
  for (;;) {
    const next = await Promise.race([pending, tick])
    if (next === undefined) {
      tick = later(ms)
      yield undefined
      continue
    }
    if (next.done === true) return
    pending = events.next()
    yield next.value
  }
}

const later = (ms: number): Promise<undefined> => new Promise((resolve) => setTimeout(() => resolve(undefined), ms))
