/** Waiting until something is so: looked at when an event of this process concerns it, and now and then where another process may have changed it. */
import type { Events, PlatformEvent } from './events.ts'

export interface Watch<T> {
  readonly events: Events
  /** Whether an event is a reason to look again. */
  readonly concerns: (event: PlatformEvent) => boolean
  readonly read: () => Promise<T>
  /** Whether the wait is over. */
  readonly over: (now: T) => boolean
  /** How often to look when no event comes. */
  readonly lookMs: number
  /** May be infinite. */
  readonly ms: number
  readonly signal?: AbortSignal | undefined
}

/** What was read when the wait was over; or as it is when the time is up or the signal aborts. */
export async function watchUntil<T>({ events, concerns, read, over, lookMs, ms, signal }: Watch<T>): Promise<T> {
  const deadline = performance.now() + ms
  let wake = (): void => undefined
  let happened = false
  const heard = (): void => {
    happened = true
    wake()
  }
  const unsubscribe = events.subscribe((event) => {
    if (concerns(event)) heard()
  })
  signal?.addEventListener('abort', heard, { once: true })
  try {
    for (;;) {
      happened = false
      const now = await read()
      const left = deadline - performance.now()
      if (over(now) || left <= 0 || signal?.aborted) return now
      if (happened) continue
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(lookMs, left))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    unsubscribe()
    signal?.removeEventListener('abort', heard)
  }
}
