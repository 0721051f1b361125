/** What a conversation shows, entry by entry. */
import { parseJson } from '../json.ts'
import type { PendingApproval } from './events.ts'

export interface CallEntry {
  readonly kind: 'call'
  readonly id: string
  readonly tool: string
  readonly argumentsText: string
  readonly phase: 'arguments' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'stopped'
  readonly progress?: { readonly message: string; readonly fraction: number | undefined }
  readonly run?: string
  readonly text?: string
  readonly data?: unknown
}

export type Decision = 'approve' | 'reject'

export interface ApprovalEntry extends PendingApproval {
  readonly kind: 'approval'
  readonly id: string
  readonly decision?: Decision
}

export interface ClarifyEntry {
  readonly kind: 'clarify'
  readonly id: string
  readonly question: string
  readonly tool: string | undefined
  readonly schema: unknown
  readonly known: unknown
  readonly mark: string | undefined
}

/** A plan, as the content of its activity. */
export interface PlanEntry {
  readonly kind: 'plan'
  readonly id: string
  readonly content: unknown
}

export type Entry =
  | { readonly kind: 'user'; readonly id: string; readonly text: string }
  | { readonly kind: 'assistant'; readonly id: string; readonly text: string; readonly mark?: string }
  | { readonly kind: 'failure'; readonly id: string; readonly code: string; readonly message: string }
  /** What a model showed of its thinking. */
  | { readonly kind: 'reasoning'; readonly id: string; readonly text: string }
  /** A specialist took over. */
  | { readonly kind: 'agent'; readonly id: string; readonly name: string }
  | PlanEntry
  | CallEntry
  | ApprovalEntry
  | ClarifyEntry

export function newCall(id: string, tool: string, argumentsText = ''): CallEntry {
  return { kind: 'call', id, tool, argumentsText, phase: 'arguments' }
}

export function assistantEntry(id: string, text: string, mark: string | undefined): Entry {
  return { kind: 'assistant', id, text, ...(mark === undefined ? {} : { mark }) }
}

/** The arguments of a call once they are whole; undefined while they still stream. */
export function inputOf(call: Pick<CallEntry, 'argumentsText'>): unknown {
  return call.argumentsText === '' ? {} : parseJson(call.argumentsText)
}
