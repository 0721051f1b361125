/** What lower rooms need from upper ones, handed in by main so that arrows keep pointing down. */
import type { Audit } from '../platform/audit/audit.ts'
import type { Caller } from '../platform/caller.ts'
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
}
