/** The seam for embedding models: text in, unit vectors out. Hosted and local models join behind it. */

export interface Embedder {
  /** Recorded with each collection, so that vectors of different models never meet. */
  readonly name: string
  readonly dimensions: number
  /** One vector of length 1 per text (all zeros for a text without words), in order. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>
}
