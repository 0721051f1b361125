/** One holder at a time; among those who wait, interactive ones go before background ones. */

export type Priority = 'interactive' | 'background'

export interface Turnstile {
  /** Resolves when it is this caller's turn; the value gives the turn back and must be called once. */
  enter(priority: Priority): Promise<() => void>
}

export function createTurnstile(): Turnstile {
  const waiting: Record<Priority, (() => void)[]> = { interactive: [], background: [] }
  let held = false

  const leave = (): void => {
    const next = waiting.interactive.shift() ?? waiting.background.shift()
    if (next) next()
    else held = false
  }
  return {
    enter: async (priority) => {
      if (held) await new Promise<void>((resolve) => waiting[priority].push(resolve))
      held = true
      let left = false
      return () => {
        if (left) return
        left = true
        leave()
      }
    },
  }
}
