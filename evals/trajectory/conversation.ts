/** A scenario's turns, really held: every call the chat makes is gathered, and a person's decisions are given where it waits. */
import type { ChatEvent, Orchestrator } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import type { Waist } from '../../tools/waist.ts'
import type { Scenario } from './scenario.ts'

export interface MadeCall {
  readonly tool: string
  readonly input: unknown
  /** Absent: it waits for a person, or was never answered. */
  readonly ok?: boolean
}

export interface Conversation {
  readonly calls: readonly MadeCall[]
  /** A turn that failed: whether because the model could not be reached, which says nothing about the chat. */
  readonly failed?: { readonly unavailable: boolean; readonly message: string }
}

export interface Setting {
  readonly scenario: Scenario
  readonly orchestrator: Orchestrator
  readonly waist: Waist
  readonly caller: Caller
  readonly signal: AbortSignal
}

export async function converse(setting: Setting): Promise<Conversation> {
  const thread = setting.waist.platform.newId('thread')
  const calls = new Map<string, { tool: string; json: string; ok?: boolean }>()
  for (const message of setting.scenario.input) {
    const last = await turn(setting, { thread, message, calls })
    if (last?.type === 'failed') return { calls: made(calls), failed: { unavailable: last.code === 'unavailable', message: last.message } }
  }
  return { calls: made(calls) }
}

const made = (calls: ReadonlyMap<string, { readonly tool: string; readonly json: string; readonly ok?: boolean }>): readonly MadeCall[] =>
  [...calls.values()].map(({ tool, json, ok }) => ({ tool, input: parsed(json), ...(ok === undefined ? {} : { ok }) }))

interface Talk {
  readonly thread: string
  readonly message: string
  readonly calls: Map<string, { tool: string; json: string; ok?: boolean }>
}

/** The turn's last event, after everything it waited for was decided. */
async function turn(setting: Setting, { thread, message, calls }: Talk): Promise<ChatEvent | undefined> {
  const { scenario, orchestrator, caller, signal } = setting
  let last = await follow(orchestrator.chat({ thread, message, caller, signal }), calls)
  while (last?.type === 'waiting' && scenario.decide !== undefined) {
    await decide(setting, last, scenario.decide)
    last = await follow(orchestrator.chat({ thread, resume: true, caller, signal }), calls)
  }
  return last
}

async function follow(events: AsyncIterable<ChatEvent>, calls: Talk['calls']): Promise<ChatEvent | undefined> {
  let last: ChatEvent | undefined
  for await (const event of events) {
    last = event
    if (event.type === 'call' && !calls.has(event.call)) calls.set(event.call, { tool: event.tool, json: '' })
    const call = 'call' in event ? calls.get(event.call) : undefined
    if (call && event.type === 'arguments') call.json += event.delta
    if (call && event.type === 'result') call.ok = event.ok
  }
  return last
}

async function decide({ waist, caller }: Setting, { approvals }: Extract<ChatEvent, { type: 'waiting' }>, decision: 'approve' | 'reject') {
  const person: Caller = { ...caller, kind: 'person', channel: 'terminal' }
  for (const { approval } of approvals)
    await waist.platform.approvals.decide({ id: approval, decision, caller: person, mayCall: () => true })
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json === '' ? '{}' : json)
  } catch {
    return json
  }
}
