/** From one vector per token to one per text: the mean over the tokens, the first or the last one; padding never counts. */
import type { Convention } from './conventions.ts'

export interface TokenVectors {
  /** texts x tokens x dimensions, flat. */
  readonly data: ArrayLike<number>
  readonly dims: readonly number[]
  /** texts x tokens: 1 for a token, 0 for padding. */
  readonly mask: ArrayLike<bigint | number>
}

/** texts x dimensions, flat, each of length 1. Throws when the shapes do not fit together. */
export function poolTokens({ data, dims, mask }: TokenVectors, pooling: Convention['pooling']): Float32Array {
  const [texts = 0, tokens = 0, dimensions = 0] = dims
  if (dims.length !== 3 || mask.length !== texts * tokens || data.length !== texts * tokens * dimensions) {
    throw new Error(`The model gave numbers of shape [${dims.join(', ')}] for ${mask.length} tokens; expected one vector per token.`)
  }
  const pooled = new Float32Array(texts * dimensions)
  for (let text = 0; text < texts; text++) {
    for (const token of tokensOf(mask, { text, tokens, pooling })) {
      const from = (text * tokens + token) * dimensions
      for (let at = 0; at < dimensions; at++)
        pooled[text * dimensions + at] = (pooled[text * dimensions + at] ?? 0) + (data[from + at] ?? 0)
    }
  }
  return normalizeRows(pooled, dimensions)
}

/** In place, every `dimensions` numbers to length 1; zeros stay zeros. */
export function normalizeRows(values: Float32Array, dimensions: number): Float32Array {
  for (let from = 0; from < values.length; from += dimensions) {
    let squares = 0
    for (let at = from; at < from + dimensions; at++) squares += (values[at] ?? 0) ** 2
    if (squares === 0) continue
    const scale = 1 / Math.sqrt(squares)
    for (let at = from; at < from + dimensions; at++) values[at] = (values[at] ?? 0) * scale
  }
  return values
}

/** Which tokens of the text are summed. */
function tokensOf(
  mask: ArrayLike<bigint | number>,
  { text, tokens, pooling }: { readonly text: number; readonly tokens: number; readonly pooling: Convention['pooling'] },
): readonly number[] {
  const real: number[] = []
  for (let token = 0; token < tokens; token++) if (Number(mask[text * tokens + token]) === 1) real.push(token)
  if (pooling === 'mean') return real
  return pooling === 'cls' ? real.slice(0, 1) : real.slice(-1)
}
