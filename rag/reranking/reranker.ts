/** The seam for cross-encoders: how well each text answers the query, read together. Local and hosted models join behind it. */

export interface Reranker {
  readonly name: string
  /** One score per text, in order; higher is better, comparable within one call only. Throws `unavailable`. */
  score(query: string, texts: readonly string[], signal: AbortSignal): Promise<readonly number[]>
}
