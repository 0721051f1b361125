/** What the offline planner is given and what it answers: plain data in, a plan out, nothing called. */
import type { Effect } from '../../tools/tool.ts'

/** One tool as the planner sees it; everything it knows of a tool stands here. */
export interface PlannerTool {
  readonly name: string
  readonly title: string
  readonly description: string
  /** JSON Schema of the input: an object with properties. */
  readonly input: Readonly<Record<string, unknown>>
  readonly effect?: Effect
  readonly examples: readonly { readonly says: string; readonly input: unknown }[]
}

/** The names that a request may speak of. */
export interface World {
  readonly datasets: Readonly<Record<string, readonly string[]>>
  readonly models: Readonly<Record<string, { readonly versions: readonly number[]; readonly production?: number | null }>>
  readonly runs: readonly string[]
  readonly collections: readonly string[]
  readonly pipelines: readonly string[]
  readonly suites: readonly string[]
}

export interface Turn {
  readonly role: 'user' | 'assistant'
  readonly text: string
}

/** Where in the person's message a value stands; absent for a value that was carried over or computed. */
export interface Span {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * A call whose values may refer to earlier results of the same plan: "$prev.version" (the field of the call before),
 * "$runs" inside a list (every run so far), "$best" (the best of them).
 */
export interface PlannedCall {
  readonly tool: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly spans: Readonly<Record<string, Span>>
  /** The call is made only when the result before it says so, in the person's words ("it drifted"). */
  readonly condition?: string
}

export interface Missing {
  readonly tool: string
  /** Names of the arguments to ask for. */
  readonly fields: readonly string[]
  /** What was understood so far. */
  readonly known: Readonly<Record<string, unknown>>
}

export interface Plan {
  readonly type: 'call' | 'calls' | 'clarify' | 'answer' | 'refuse'
  readonly calls: readonly PlannedCall[]
  /** What to say: the question, the answer or the refusal; empty beside calls. */
  readonly text: string
  readonly missing?: Missing
}

export interface PlanRequest {
  readonly message: string
  readonly history: readonly Turn[]
  readonly catalogue: readonly PlannerTool[]
  readonly world: World
}

/** No names at all: a workspace nobody has filled yet. */
export const emptyWorld: World = { datasets: {}, models: {}, runs: [], collections: [], pipelines: [], suites: [] }
