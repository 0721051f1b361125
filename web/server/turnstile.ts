/** How many answers one caller may have open at once, so that a client in a loop does not take the server from the others. */
import type { Caller } from '../../platform/caller.ts'

export interface Turnstile {
  /** What to call when the answer has ended; undefined when as many as may are open. */
  enter(caller: Caller): (() => void) | undefined
}

export function createTurnstile(most: number): Turnstile {
  const open = new Map<string, number>()
  return {
    enter: ({ workspace, id }) => {
      const key = JSON.stringify([workspace, id])
      const now = open.get(key) ?? 0
      if (now >= most) return undefined
      open.set(key, now + 1)
      return () => {
        const left = (open.get(key) ?? 1) - 1
        if (left === 0) open.delete(key)
        else open.set(key, left)
      }
    },
  }
}
