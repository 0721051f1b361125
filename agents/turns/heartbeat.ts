/** Says every few seconds that this process still answers its turns, and notices when it no longer holds one. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Log } from '../../platform/platform.ts'
import { renewClaims } from './claims.ts'
import { Left } from './signals.ts'
import type { Turn } from './turn.ts'

export interface Heartbeat {
  /** While there are turns. */
  start(): void
  /** Also looks for turns of others that went silent, until `stop`. */
  lookFor(orphans: () => Promise<number>): void
  stop(): void
}

export interface HeartbeatParts {
  readonly db: Queryable
  readonly process: string
  readonly leaseMs: number
  readonly turns: ReadonlyMap<string, Turn>
  readonly log: Log
}

export function createHeartbeat({ db, process, leaseMs, turns, log }: HeartbeatParts): Heartbeat {
  let beating: NodeJS.Timeout | undefined
  let looking: NodeJS.Timeout | undefined
  let busy = false
  const beat = async (): Promise<void> => {
    const before = [...turns.values()]
    if (before.length === 0) {
      clearInterval(beating)
      beating = undefined
      return
    }
    const held = await renewClaims(db, { process, leaseMs, turns: before.map(({ id }) => id) })
    for (const turn of before) {
      // A turn that ended meanwhile has given its claim back itself.
      if (!held.has(turn.key) && turns.get(turn.key) === turn) turn.signals.abort(takenOver())
    }
  }
  const once = (work: () => Promise<unknown>): void => {
    if (busy) return
    busy = true
    work()
      .catch((error: unknown) => log.warn({ error }, 'The claims of chat turns could not be renewed; it is tried again.'))
      .finally(() => {
        busy = false
      })
  }
  return {
    start: () => {
      beating ??= setInterval(() => once(beat), leaseMs / 4).unref()
    },
    lookFor: (orphans) => {
      const look = (): void =>
        void orphans().catch((error: unknown) =>
          log.warn({ error }, 'Turns that a stopped process left could not be looked for; it is tried again.'),
        )
      looking ??= setInterval(look, leaseMs).unref()
    },
    stop: () => {
      clearInterval(beating)
      clearInterval(looking)
    },
  }
}

/** To a turn whose conversation is answered by another one. */
export const takenOver = (): Left => new Left('conflict', 'Another process answers this conversation now. Read it again.')
