/** The seam for embedding models: text in, unit vectors out. Hosted and local models join behind it. */

export interface Embedder {
  /** Recorded with the vectors, so that those of different models never meet: 'subword', 'transformers:MODEL', 'openai:MODEL'. */
  readonly name: string
  readonly dimensions: number
  /** False for a lexical embedder: it joins words no better than their letters do, so it gets a smaller say in a ranking. */
  readonly semantic: boolean
  /** Most texts that one call of the model takes; `embed` cuts longer lists itself. */
  readonly batch: number
  /**
   * One vector of length 1 per text (all zeros for a text without words), in order. Models that tell questions from passages
   * are told by `kind`. Throws `unavailable` when the model cannot be reached, after its retries.
   */
  embed(texts: readonly string[], signal: AbortSignal, kind?: 'query' | 'passage'): Promise<readonly Float32Array[]>
}

/** The embedders of this installation. Several live side by side: each collection names the one that made its vectors. */
export interface Embedders {
  /** For new collections. Throws `unavailable` when the configured model cannot be loaded or reached. */
  preferred(): Promise<Embedder>
  /** The one with this name, where this installation can have it. */
  find(name: string): Promise<Embedder | undefined>
}
