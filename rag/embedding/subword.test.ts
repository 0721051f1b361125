import { describe, expect, it } from 'vitest'
import { subwordEmbedder } from './subword.ts'

const never = new AbortController().signal
const cosine = async (left: string, right: string): Promise<number> => {
  const [a = new Float32Array(), b = new Float32Array()] = await subwordEmbedder.embed([left, right], never)
  return a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)
}

describe('the subword embedder', () => {
  it('gives vectors of length 1, the same every time', async () => {
    const [first, second] = await subwordEmbedder.embed(['A boundary layer.', 'A boundary layer.'], never)
    expect(first).toHaveLength(subwordEmbedder.dimensions)
    expect(first).toEqual(second)
    expect(await cosine('A boundary layer.', 'A boundary layer.')).toBeCloseTo(1, 5)
  })
  it('gives zeros for a text without words', async () => {
    const [nothing] = await subwordEmbedder.embed([' — '], never)
    expect(nothing?.every((value) => value === 0)).toBe(true)
  })
  it('holds misspelt, inflected and compound words nearer than others', async () => {
    for (const near of ['elefant', 'elephants', 'elephantine']) {
      expect(await cosine('elephant', near)).toBeGreaterThan((await cosine('elephant', 'umbrella')) + 0.2)
    }
  })
  it('does not mind case', async () => {
    expect(await cosine('Straße ÄPFEL', 'straße äpfel')).toBeCloseTo(1, 5)
  })
  it('stops when it is told to', async () => {
    await expect(subwordEmbedder.embed(['x'], AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })
})
