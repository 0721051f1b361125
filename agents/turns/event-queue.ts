/** The events of one turn: pushed by whoever does the work, read by one consumer, in the order they were pushed. */
import type { ChatEvent } from '../chat.ts'

export interface TurnEvents {
  push(event: ChatEvent): void
  /** No more will come. */
  end(): void
  read(): AsyncIterable<ChatEvent>
}

export function createTurnEvents(): TurnEvents {
  const waiting: ChatEvent[] = []
  let ended = false
  let wake = Promise.withResolvers<void>()
  return {
    push: (event) => {
      waiting.push(event)
      wake.resolve()
    },
    end: () => {
      ended = true
      wake.resolve()
    },
    async *read() {
      for (;;) {
        while (waiting.length > 0) {
          const next = waiting.shift()
          if (next) yield next
        }
        if (ended) return
        await wake.promise
        wake = Promise.withResolvers<void>()
      }
    },
  }
}
