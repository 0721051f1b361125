/** Idempotency keys of chat turns. A stream cannot be given twice, so a key that comes again is told where the answer is. */
import type { Caller } from '../../platform/caller.ts'
import { Fault } from '../../platform/fault.ts'

export interface TurnKeys {
  /** Throws `conflict` when the caller used this key for a turn before. */
  claim(caller: Caller, key: string): void
}

/** A retry comes within minutes; older keys make room. */
const remembered = 10_000

export function createTurnKeys(): TurnKeys {
  const used = new Set<string>()
  return {
    claim: (caller, key) => {
      const name = JSON.stringify([caller.workspace, caller.id, key])
      if (used.has(name))
        throw new Fault(
          'conflict',
          `A turn with the Idempotency-Key '${key}' has begun already. Read its answer at /api/threads/{id}/messages.`,
        )
      for (const oldest of used) {
        if (used.size < remembered) break
        used.delete(oldest)
      }
      used.add(name)
    },
  }
}
