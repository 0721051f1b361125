/** Waiting for a run to end: by event when it runs in this process, by looking at its row otherwise. */
import type { Events } from '../events.ts'
import type { Run, RunState } from './runs.ts'

const settledStates: readonly RunState[] = ['waiting', 'succeeded', 'failed', 'cancelled']

export interface Watch {
  readonly id: string
  readonly events: Events
  readonly read: () => Promise<Run>
  /** How often to look when no event comes. */
  readonly lookMs: number
  /** May be infinite. */
  readonly ms: number
  readonly signal?: AbortSignal | undefined
}

/** The run once it ended or waits for a person; as it is when the time is up or the signal aborts. */
export async function untilSettled({ id, events, read, lookMs, ms, signal }: Watch): Promise<Run> {
  const deadline = performance.now() + ms
  let wake = (): void => undefined
  let happened = false
  const heard = (): void => {
    happened = true
    wake()
  }
  const unsubscribe = events.subscribe((event) => {
    if (event.type === 'run' && event.run === id && isSettled(event.state)) heard()
  })
  signal?.addEventListener('abort', heard, { once: true })
  try {
    for (;;) {
      happened = false
      const run = await read()
      const left = deadline - performance.now()
      if (isSettled(run.state) || left <= 0 || signal?.aborted) return run
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

const isSettled = (state: string): boolean => settledStates.some((settled) => settled === state)
