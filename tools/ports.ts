/** What lower rooms need from upper ones, handed in by main so that arrows keep pointing down. */
import type { Audit } from '../platform/audit/audit.ts'
import type { Caller } from '../platform/caller.ts'
import type { Queryable } from '../platform/database/database.ts'
import type { Halts } from '../platform/halts/halts.ts'
import type { Schedules } from '../platform/runs/schedules.ts'
import type { Generator } from '../rag/answers/generator.ts'
import type { AnswerStore } from '../rag/answers/store.ts'
import type { Embedders } from '../rag/embedding/embedder.ts'
import type { Reranker } from '../rag/reranking/reranker.ts'
import type { Catalogue } from './invocation.ts'

/** Runs an eval suite; given by the evals room. */
export interface EvalPort {
  run(request: { readonly suite: string; readonly data?: string; readonly model?: string; readonly signal: AbortSignal }): Promise<{
    readonly metrics: Record<string, unknown>
    readonly cases: readonly unknown[]
    readonly verdict: string
  }>
}

/** A tool call that a chat made; `data` where it is still known. */
export interface PastCall {
  readonly tool: string
  readonly input: unknown
  readonly data?: unknown
}

/** What chats have done; given by the agents room. */
export interface ChatPort {
  /** The calls of a conversation that succeeded, in order. Throws `not_found`. */
  calls(thread: string, caller: Caller): Promise<readonly PastCall[]>
}

/** A tool of a foreign server, and whether what it says of itself is what was accepted. */
export interface ForeignToolState {
  /** What it is called here. */
  readonly tool: string
  /** What the server calls it. */
  readonly name: string
  readonly state: 'joined' | 'changed' | 'new'
  /** SHA-256 of all that the server says of it. */
  readonly hash: string
  /** Words of the server. */
  readonly description: string
  /** Of a changed one: what was accepted. */
  readonly accepted?: { readonly hash: string; readonly description: string }
}

export interface ForeignServer {
  /** As the operator's file calls it. */
  readonly server: string
  readonly transport: 'stdio' | 'http'
  /** withheld: some of its tools wait for a person. */
  readonly state: 'joined' | 'withheld' | 'unavailable'
  /** SHA-256 over all that it offers. */
  readonly hash: string
  readonly trouble?: string
  readonly tools: readonly ForeignToolState[]
}

/** Foreign MCP servers that joined as tools; given by the MCP room. */
export interface ForeignServersPort {
  list(): readonly ForeignServer[]
  /** Trusts what has this hash (a whole server's list, or one tool); their names. Throws `not_found`, or `conflict` when nothing withheld has it. */
  accept(tx: Queryable, decision: { readonly server: string; readonly hash: string; readonly by: string }): Promise<readonly string[]>
  /** Lists anew, connecting where there is no connection; one server, or all. */
  refresh(server?: string): Promise<void>
}

export interface Ports {
  /** The tools that `invoke` knows; always there in a call. */
  readonly catalogue?: Catalogue
  /** Calls by the clock; always there in a call. */
  readonly schedules?: Schedules
  /** The audit log; always there in a call. */
  readonly audit?: Pick<Audit, 'list' | 'verify' | 'flush'>
  /** Stops agents and lets them go on; always there in a call. */
  readonly halts?: Halts
  readonly chats?: ChatPort
  /** Absent: subword only, which needs no weights. */
  readonly embedders?: Embedders
  /** Absent: rankings stay as the index gives them. */
  readonly reranker?: Reranker
  /** The hosted language model; absent: answers are quotes. */
  readonly generator?: Generator
  /** Absent: answers are neither kept nor given again, and take no feedback. */
  readonly answers?: AnswerStore
  readonly evals?: EvalPort
  /** Absent: no file of MCP servers is configured. */
  readonly foreignServers?: ForeignServersPort
}
