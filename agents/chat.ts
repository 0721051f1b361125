/** A chat turn as a stream of events: neutral, so that AG-UI, the command line and evals each map it themselves. */
import type { Caller } from '../platform/caller.ts'
import type { Origin } from '../tools/invocation.ts'
import type { Progress } from '../tools/tool.ts'

/** A step of the plan of a turn, shown before the first of them runs and again whenever one changes. */
export interface PlanStep {
  readonly id: string
  readonly title: string
  readonly tool?: string
  /** As planned: a value may refer to an earlier result ("$prev.run"). */
  readonly input?: unknown
  /** The step runs only if this holds, in the person's words. */
  readonly condition?: string
  readonly state: 'pending' | 'running' | 'waiting' | 'done' | 'failed' | 'skipped'
}

/** A tool that the client itself runs: the turn pauses, the client sends the result, which counts as untrusted text. */
export interface ClientTool {
  readonly name: string
  readonly description: string
  /** JSON Schema of an object. */
  readonly input: Readonly<Record<string, unknown>>
}

export interface ClientResult {
  readonly call: string
  readonly content: string
  readonly ok: boolean
}

/** What a model used in this turn so far. `usd` where prices are configured. */
export interface Usage {
  readonly input: number
  readonly output: number
  readonly usd?: number
}

export type ChatEvent =
  /** First event of every turn: who answers. `mark` is shown to people when no hosted model is configured. */
  | { readonly type: 'started'; readonly turn: string; readonly model: string; readonly mark?: string }
  | { readonly type: 'text'; readonly message: string; readonly delta: string }
  /** What a model shows of its thinking, where it does. */
  | { readonly type: 'reasoning'; readonly message: string; readonly delta: string }
  /** The whole plan, each time something in it changes. */
  | { readonly type: 'plan'; readonly steps: readonly PlanStep[] }
  /** A specialised agent takes over the turn, or (`undefined`) gives it back. */
  | { readonly type: 'agent'; readonly name: string | undefined }
  /** The state that the client shares, whole, after the agent changed it. */
  | { readonly type: 'state'; readonly state: Readonly<Record<string, unknown>> }
  | { readonly type: 'usage'; readonly usage: Usage }
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
        /** By dotted path of the argument; '' is the decision to call. */
        readonly origins?: Readonly<Record<string, Origin>>
      }[]
    }
  /** The turn pauses until the client has run these and sends `results`. */
  | { readonly type: 'client_calls'; readonly calls: readonly { readonly call: string; readonly tool: string; readonly input: unknown }[] }
  /** A question back to the person, with the missing fields as JSON Schema for a form. */
  | { readonly type: 'clarify'; readonly question: string; readonly tool?: string; readonly schema?: unknown; readonly known?: unknown }
  /** Last event of every turn: exactly one of these two, `waiting` or `client_calls`. */
  | { readonly type: 'finished' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

export interface ChatRequest {
  /** Conversation id; belongs to the caller, whom the workspace's others cannot read. */
  readonly thread: string
  /** The person's own words. Absent when resuming. */
  readonly message?: string
  /** Go on after approvals were decided, or where a restart cut the turn. */
  readonly resume?: boolean
  /** Answers to `client_calls`, with `resume`. */
  readonly results?: readonly ClientResult[]
  readonly clientTools?: readonly ClientTool[]
  /** A JSON object the client shares with the agent: data, never instructions. The agent may replace its keys. */
  readonly state?: Readonly<Record<string, unknown>>
  /** For clients that keep the conversation themselves: what came before. Assistant and tool texts count as untrusted. */
  readonly before?: readonly { readonly role: 'user' | 'assistant' | 'tool' | 'system'; readonly text: string }[]
  /** False: the conversation is forgotten when the turn has ended (not when it pauses). */
  readonly keep?: false
  /** Less than the configured budget of a turn. */
  readonly budget?: Partial<Budget>
  /** The only tools this turn may call; absent: whatever the caller may. */
  readonly tools?: readonly string[]
  readonly caller: Caller
  readonly signal: AbortSignal
}

/** What one turn may cost; the first limit reached ends it with `failed`, code `deadline`, and says which. */
export interface Budget {
  /** Model turns. */
  readonly steps: number
  /** Input and output together, as the model's server counts them. */
  readonly tokens: number
  /** Waiting for a person not counted. */
  readonly seconds: number
  /** Counted only where prices are configured. */
  readonly usd: number
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
