/** A chat turn as a stream of events: neutral, so that AG-UI, the command line and evals each map it themselves. */
import type { Caller } from '../platform/caller.ts'
import type { Progress } from '../tools/tool.ts'

export type ChatEvent =
  /** First event of every turn: who answers. `mark` is shown to people when no hosted model is configured. */
  | { readonly type: 'started'; readonly turn: string; readonly model: string; readonly mark?: string }
  | { readonly type: 'text'; readonly message: string; readonly delta: string }
  | { readonly type: 'call'; readonly call: string; readonly tool: string }
  | { readonly type: 'arguments'; readonly call: string; readonly delta: string }
  | { readonly type: 'called'; readonly call: string }
  | { readonly type: 'progress'; readonly call: string; readonly tool: string; readonly progress: Progress; readonly run?: string }
  | {
      readonly type: 'result'
      readonly call: string
      readonly tool: string
      readonly content: string
      readonly data: unknown
      readonly ok: boolean
    }
  /** The turn pauses until each approval is decided; it goes on with `resume`. */
  | {
      readonly type: 'waiting'
      readonly approvals: readonly {
        readonly approval: string
        readonly call: string
        readonly tool: string
        readonly input: unknown
        readonly reason: string
      }[]
    }
  /** A question back to the person, with the missing fields as JSON Schema for a form. */
  | { readonly type: 'clarify'; readonly question: string; readonly tool?: string; readonly schema?: unknown; readonly known?: unknown }
  /** Last event of every turn: exactly one of these two, or `waiting`. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

export interface ChatRequest {
  /** Conversation id; belongs to the caller's workspace. */
  readonly thread: string
  /** The person's own words. Absent when resuming. */
  readonly message?: string
  /** Go on after approvals were decided. */
  readonly resume?: boolean
  readonly caller: Caller
  readonly signal: AbortSignal
}

export interface ChatMessage {
  readonly id: string
  readonly role: 'user' | 'assistant' | 'tool'
  readonly text: string
  readonly calls?: readonly { readonly id: string; readonly tool: string; readonly input: unknown }[]
  /** Of a tool's message: the call it answers, whether that succeeded, and its data. */
  readonly call?: string
  readonly ok?: boolean
  readonly data?: unknown
  /** Of an answer that no hosted model gave: as in `started`. */
  readonly mark?: string
}

export interface Orchestrator {
  /** Never throws after the first event: failures arrive as `failed`. */
  chat(request: ChatRequest): AsyncIterable<ChatEvent>
  history(thread: string, caller: Caller): Promise<readonly ChatMessage[]>
  threads(caller: Caller): Promise<readonly { readonly thread: string; readonly title: string; readonly updatedAt: Date }[]>
}
