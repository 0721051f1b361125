/** The hosted model as a plain writer of text, for answers from documents: no tools, no memory, only a prompt. */
import { HumanMessage, SystemMessage } from '@langchain/core/messages'
import type { Generator } from '../rag/answers/generator.ts'
import { type HostedModel, hostedModel, type ModelSettings, modelUnavailable } from './models.ts'

/** A model that has not finished by then counts as down: whoever asked falls back while there is still time. */
const patienceMs = 30_000

/** Undefined when no hosted model is configured. `timeoutMs` is for the whole answer. */
export function createGenerator(settings: ModelSettings, { timeoutMs = patienceMs } = {}): Generator | undefined {
  const hosted = hostedModel(settings, { retries: 2 })
  return hosted && { name: hosted.name, generate: (prompt, signal) => write(hosted, { prompt, signal, timeoutMs }) }
}

interface Writing {
  readonly prompt: Parameters<Generator['generate']>[0]
  readonly signal: AbortSignal
  readonly timeoutMs: number
}

async function* write({ name, model }: HostedModel, { prompt, signal, timeoutMs }: Writing): AsyncIterable<string> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const messages = [new SystemMessage(prompt.system), new HumanMessage(prompt.user)]
    for await (const { text } of await model.stream(messages, { signal: AbortSignal.any([signal, late]) })) if (text !== '') yield text
  } catch (error) {
    signal.throwIfAborted()
    throw modelUnavailable(name, late.aborted ? new Error(`it took longer than ${timeoutMs / 1000} s`) : error)
  }
}
