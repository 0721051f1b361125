/** Asks a hosted model until it answers: again while it may help, then the fallback, and a failure in words when none does. */
import type { AIMessage } from '@langchain/core/messages'
import { type HostedModel, modelUnavailable } from '../models.ts'
import { failureOf, NoAnswer } from './failures.ts'

export interface Patience {
  /** How often one model is asked. */
  readonly attempts: number
  /** Wait before the second attempt, in milliseconds; doubled each time. */
  readonly backoffMs: number
  /** A server that asks to be left alone for longer than this is given up. */
  readonly longestWaitMs: number
}

export const defaultPatience: Patience = { attempts: 4, backoffMs: 400, longestWaitMs: 60_000 }

/** An answer, and why its server says it ended. */
export interface Ended {
  readonly answer: AIMessage
  readonly end: string | undefined
}

export interface Asking {
  readonly models: readonly HostedModel[]
  readonly patience: Patience
  readonly signal: AbortSignal
  readonly ask: (model: HostedModel) => Promise<Ended>
  /** An attempt has failed; what it said does not count. */
  readonly failed: (error: unknown) => void
}

/** Throws `unavailable` naming the models and the last one's words. */
export async function askModels({ models, patience, signal, ask, failed }: Asking): Promise<AIMessage> {
  let last: unknown
  for (const model of models) {
    for (let attempt = 1; attempt <= patience.attempts; attempt++) {
      try {
        return answered(await ask(model), model)
      } catch (error) {
        signal.throwIfAborted()
        failed(error)
        last = error
        const { passing, afterMs } = failureOf(error)
        const wait = afterMs ?? patience.backoffMs * 2 ** (attempt - 1)
        if (!passing || attempt === patience.attempts || wait > patience.longestWaitMs) break
        await pause(wait, signal)
      }
    }
  }
  throw modelUnavailable(models.map(({ name }) => name).join("' and '"), last)
}

/** An answer without an end was cut off; one without words and calls is none. */
function answered({ answer, end }: Ended, { tellsEnd }: HostedModel): AIMessage {
  if (tellsEnd && end === undefined) throw new NoAnswer('it broke off in the middle of its answer', { passing: true })
  const calls = (answer.tool_calls?.length ?? 0) + (answer.invalid_tool_calls?.length ?? 0)
  if (calls === 0 && answer.text.trim() === '') {
    const why = end === 'content_filter' ? 'its content filter kept the answer back' : 'its answer was empty'
    throw new NoAnswer(why, { passing: end !== 'content_filter' })
  }
  return answer
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
