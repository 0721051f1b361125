/** The hosted model as a plain writer of text, for answers from documents: no tools, no memory, only a prompt. */
import { HumanMessage, SystemMessage } from '@langchain/core/messages'
import { createMask } from '../platform/pii/pii.ts'
import type { Generator } from '../rag/answers/generator.ts'
import { Filling } from './hosted/masked.ts'
import { type HostedModel, hostedModel, type ModelSettings, modelUnavailable } from './models.ts'

/** A model that has not finished by then counts as down: whoever asked falls back while there is still time. */
const patienceMs = 30_000

/** Undefined when no hosted model is configured. `timeoutMs` is for the whole answer; `maskPii` keeps personal data here. */
export function createGenerator(settings: ModelSettings, { timeoutMs = patienceMs, maskPii = false } = {}): Generator | undefined {
  const hosted = hostedModel(settings, { retries: 2 })
  return hosted && { name: hosted.name, generate: (prompt, signal) => write(hosted, { prompt, signal, timeoutMs, maskPii }) }
}

const same = (text: string): string => text

interface Writing {
  readonly prompt: Parameters<Generator['generate']>[0]
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly maskPii: boolean
}

async function* write({ name, model }: HostedModel, { prompt, signal, timeoutMs, maskPii }: Writing): AsyncIterable<string> {
  const late = AbortSignal.timeout(timeoutMs)
  try {
    const mask = maskPii ? createMask() : { mask: same, restore: same }
    const messages = [new SystemMessage(mask.mask(prompt.system)), new HumanMessage(mask.mask(prompt.user))]
    const filling = new Filling(mask.restore)
    for await (const { text } of await model.stream(messages, { signal: AbortSignal.any([signal, late]) })) {
      const words = filling.add(text)
      if (words !== '') yield words
    }
    const rest = filling.rest()
    if (rest !== '') yield rest
  } catch (error) {
    signal.throwIfAborted()
    throw modelUnavailable(name, late.aborted ? new Error(`it took longer than ${timeoutMs / 1000} s`) : error)
  }
}
