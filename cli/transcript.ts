/** What a turn came to, gathered from its events: for `--json` and for the exit code. */
import type { ChatEvent, PlanStep, Usage } from '../agents/chat.ts'

interface TranscriptCall {
  readonly id: string
  readonly tool: string
  input: unknown
  ok?: boolean
  content?: string
  data?: unknown
}

/** Grows while the turn goes on. */
export interface Transcript {
  readonly thread: string
  model: string
  text: string
  readonly calls: TranscriptCall[]
  /** Approvals that nobody has decided. */
  waiting: { readonly approval: string; readonly tool: string }[]
  question?: string
  /** As it stood last. */
  plan?: readonly PlanStep[]
  /** Specialists, in the order in which they worked. */
  agents?: string[]
  reasoning?: string
  usage?: Usage
  failed?: { readonly code: string; readonly message: string }
}

export function newTranscript(thread: string): Transcript {
  return { thread, model: '', text: '', calls: [], waiting: [] }
}

export function addEvent(transcript: Transcript, event: ChatEvent): void {
  const { calls } = transcript
  const known = (id: string): TranscriptCall | undefined => calls.find((call) => call.id === id)
  switch (event.type) {
    case 'started':
      transcript.model = event.model
      return
    case 'text':
      transcript.text += event.delta
      return
    case 'call':
      calls.push({ id: event.call, tool: event.tool, input: '' })
      return
    case 'arguments': {
      const call = known(event.call)
      if (call) call.input = `${call.input}${event.delta}`
      return
    }
    case 'called': {
      const call = known(event.call)
      if (call) call.input = asJson(String(call.input))
      return
    }
    case 'result': {
      const { call: id, tool, ok, content, data } = event
      const call = known(id)
      if (call) Object.assign(call, { ok, content, data })
      else calls.push({ id, tool, input: undefined, ok, content, data })
      return
    }
    case 'plan':
      transcript.plan = event.steps
      return
    case 'agent':
      if (event.name !== undefined) transcript.agents = [...(transcript.agents ?? []), event.name]
      return
    case 'reasoning':
      transcript.reasoning = `${transcript.reasoning ?? ''}${event.delta}`
      return
    case 'usage':
      transcript.usage = event.usage
      return
    case 'waiting':
      transcript.waiting = event.approvals.map(({ approval, tool }) => ({ approval, tool }))
      return
    case 'clarify':
      transcript.question = event.question
      return
    case 'failed':
      transcript.failed = { code: event.code, message: event.message }
      return
    // The command line shares no state and brings no tools.
    case 'state':
    case 'client_calls':
    case 'progress':
    case 'finished':
      return
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return text
  }
}
