/** For tests of A2A: what the scripted chat does, by the first line of what it is told. */
import type { ChatEvent } from '../../agents/chat.ts'
import type { Script } from './a2a-testing.ts'

const text = (delta: string, message = 'm'): ChatEvent => ({ type: 'text', message, delta })
const finished: ChatEvent = { type: 'finished' }

/** Lets a turn that was told to hold go on. */
export const gates = new Map<string, PromiseWithResolvers<void>>()

const scripts: Readonly<Record<string, Script>> = {
  hello: async function* () {
    yield text('Good ')
    yield text('day.')
    yield { type: 'result', call: 'c1', tool: 'list_datasets', content: 'None.', data: { datasets: [] }, ok: true }
    yield finished
  },
  hold: async function* ({ signal, thread }) {
    yield text('One ')
    const gate = Promise.withResolvers<void>()
    gates.set(thread, gate)
    signal.addEventListener('abort', () => gate.reject(signal.reason), { once: true })
    await gate.promise
    yield text('two.')
    yield finished
  },
  train: async function* () {
    yield { type: 'clarify', question: 'Which column?', tool: 'train_model', schema: { type: 'object' }, known: {} }
    yield finished
  },
  churn: async function* () {
    yield text('Trained on churn.')
    yield finished
  },
  delete: async function* ({ caller }, { invoke }) {
    const input = { thing: 'x' }
    const outcome = await invoke({ tool: 'delete_thing', input, caller })
    if (outcome.kind !== 'waiting') throw new Error('It should wait.')
    yield { type: 'waiting', approvals: [{ approval: outcome.approval, call: 'c1', tool: 'delete_thing', input, reason: 'It deletes.' }] }
  },
  fail: async function* () {
    yield { type: 'failed', code: 'unavailable', message: 'The model did not answer.' }
  },
  halted: async function* () {
    yield { type: 'failed', code: 'not_allowed', message: 'Agents are stopped.' }
  },
  crash: async function* () {
    yield* []
    throw new Error('password is hunter2')
  },
}

/** What a message makes the chat do; whatever else is said is answered as hello. */
export const script: Script = (request, millrace) =>
  request.resume === true
    ? afterDecision()
    : (scripts[(request.message ?? '').split('\n')[0] ?? ''] ?? scripts.hello ?? afterDecision)(request, millrace)

async function* afterDecision(): AsyncGenerator<ChatEvent> {
  yield text('It is done.')
  yield finished
}
