/** The seam for a hosted language model: a prompt in, text out. The agents room gives one where a model is configured. */

export interface Prompt {
  /** The rules; never holds text from documents. */
  readonly system: string
  /** The question and the labelled passages. */
  readonly user: string
}

export interface Generator {
  readonly name: string
  /** The pieces of the answer as they come. Throws `unavailable` when the model cannot be reached, after its retries. */
  generate(prompt: Prompt, signal: AbortSignal): AsyncIterable<string>
}
