/** What the fixtures' running tasks ask: answered one by one, each once. */
import type { InputRequest } from '@modelcontextprotocol/server'
import type { TaskQuestions } from '../profile.ts'

export interface FixtureQuestions extends TaskQuestions {
  /** Resolves with all answers; rejects when the signal aborts. */
  ask(run: string, requests: Readonly<Record<string, InputRequest>>, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>>
}

/** A task that is not answered holds one of the few places for runs; no longer than this. */
const patienceMs = 20_000

export function createQuestions(): FixtureQuestions {
  const open = new Map<
    string,
    { readonly pending: Map<string, InputRequest>; readonly answers: Map<string, unknown>; readonly done: () => void }
  >()
  return {
    pending: (run) => Object.fromEntries(open.get(run)?.pending ?? []),
    answer: (run, responses) => {
      const asked = open.get(run)
      for (const [key, answer] of Object.entries(responses)) if (asked?.pending.delete(key)) asked.answers.set(key, answer)
      if (asked?.pending.size === 0) asked.done()
    },
    ask: async (run, requests, signal) => {
      const answers = new Map<string, unknown>()
      try {
        await new Promise<void>((resolve, reject) => {
          open.set(run, { pending: new Map(Object.entries(requests)), answers, done: resolve })
          const late = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)])
          late.addEventListener('abort', () => reject(late.reason), { once: true })
        })
        return Object.fromEntries(answers)
      } finally {
        open.delete(run)
      }
    },
  }
}
