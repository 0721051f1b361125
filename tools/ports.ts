/** What lower rooms need from upper ones, handed in by main so that arrows keep pointing down. */
import type { Embedder } from '../rag/embedding/embedder.ts'

/** Runs an eval suite; given by the evals room. */
export interface EvalPort {
  run(request: { readonly suite: string; readonly data?: string; readonly model?: string; readonly signal: AbortSignal }): Promise<{
    readonly metrics: Record<string, unknown>
    readonly cases: readonly unknown[]
    readonly verdict: string
  }>
}

export interface Ports {
  /** The configured embedder; absent: subword, which needs no weights. */
  readonly embedder?: Embedder
  readonly evals?: EvalPort
}
