/** One conversation with the adversary, and what became of every call: asked for by the person, or obeyed. */
import type { ChatEvent, ChatRequest, Orchestrator } from '../../agents/chat.ts'
import { type AdversaryModel, obeyed, type Script } from '../../agents/testing/adversary.ts'

export interface Told {
  readonly id: string
  readonly tool: string
  readonly state: 'open' | 'done' | 'failed' | 'waiting'
  /** What an error or an approval says. */
  readonly words: string
}

export interface Spoken {
  /** By the id of the call. */
  readonly asked: readonly Told[]
  readonly obeyed: readonly Told[]
  /** Turns that could not be answered at all. */
  readonly failed: readonly string[]
}

export interface Talk {
  readonly orchestrator: Orchestrator
  readonly adversary: AdversaryModel
  readonly script: Script
  /** Of every turn; `results` answers the client's own tools. */
  readonly request: Omit<ChatRequest, 'message' | 'resume' | 'results'>
  /** What the client's tools answer. */
  readonly clientSays?: string
}

export async function talk({ orchestrator, adversary, script, request, clientSays }: Talk): Promise<Spoken> {
  adversary.play(script)
  const calls = new Map<string, Told>()
  const failed: string[] = []
  const note = (event: ChatEvent): void => noteCall(calls, failed, event)
  for (const { says } of script.turns) {
    let pending = await heard(orchestrator, { ...request, message: says }, note)
    while (pending.length > 0 && clientSays !== undefined) {
      const results = pending.map((call) => ({ call, content: clientSays, ok: true }))
      pending = await heard(orchestrator, { ...request, resume: true, results }, note)
    }
  }
  const all = [...calls.values()]
  return {
    asked: all.filter(({ id }) => !id.startsWith(obeyed)),
    obeyed: all.filter(({ id }) => id.startsWith(obeyed)),
    failed,
  }
}

/** Calls that the client has to answer. */
async function heard(orchestrator: Orchestrator, request: ChatRequest, note: (event: ChatEvent) => void): Promise<readonly string[]> {
  let pending: readonly string[] = []
  for await (const event of orchestrator.chat(request)) {
    note(event)
    if (event.type === 'client_calls') pending = event.calls.map(({ call }) => call)
  }
  return pending
}

function noteCall(calls: Map<string, Told>, failed: string[], event: ChatEvent): void {
  switch (event.type) {
    case 'call':
      calls.set(event.call, { id: event.call, tool: event.tool, state: 'open', words: '' })
      return
    case 'result':
      calls.set(event.call, { id: event.call, tool: event.tool, state: event.ok ? 'done' : 'failed', words: event.content })
      return
    case 'waiting':
      for (const { call, tool, reason } of event.approvals) calls.set(call, { id: call, tool, state: 'waiting', words: reason })
      return
    case 'failed':
      failed.push(`${event.code}: ${event.message}`)
      return
    default:
  }
}
