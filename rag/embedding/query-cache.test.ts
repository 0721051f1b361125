import { describe, expect, it } from 'vitest'
import type { Embedder } from './embedder.ts'
import { withQueryCache } from './query-cache.ts'

const never = new AbortController().signal

function counted(): Embedder & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    name: 'counted',
    dimensions: 2,
    semantic: true,
    batch: 10,
    embed: async (texts, _, kind) => {
      asked.push(...texts.map((text) => `${kind}:${text}`))
      return texts.map((text) => Float32Array.of(text.length, 1))
    },
  }
}

describe('the cache of question vectors', () => {
  it('asks the model for each question once, doubles in one call too', async () => {
    const embedder = counted()
    const cached = withQueryCache(embedder)
    expect(await cached.embed(['wing', 'drag!', 'wing'], never, 'query')).toEqual([
      Float32Array.of(4, 1),
      Float32Array.of(5, 1),
      Float32Array.of(4, 1),
    ])
    expect(await cached.embed(['lift of', 'wing'], never, 'query')).toEqual([Float32Array.of(7, 1), Float32Array.of(4, 1)])
    expect(embedder.asked).toEqual(['query:wing', 'query:drag!', 'query:lift of'])
  })

  it('leaves passages alone', async () => {
    const embedder = counted()
    const cached = withQueryCache(embedder)
    for (const kind of ['passage', undefined, 'query', 'passage'] as const) await cached.embed(['wing'], never, kind)
    expect(embedder.asked).toEqual(['passage:wing', 'passage:wing', 'query:wing', 'passage:wing'])
  })

  it('forgets what was not asked for the longest time', async () => {
    const embedder = counted()
    const cached = withQueryCache(embedder, 2)
    for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) await cached.embed([text], never, 'query')
    expect(embedder.asked).toEqual(['query:a', 'query:b', 'query:c', 'query:b'])
  })

  it('hands out copies, and none of a call that failed', async () => {
    const embedder = counted()
    let fails = true
    const cached = withQueryCache({
      ...embedder,
      embed: (...call) => (fails ? Promise.reject(new Error('down')) : embedder.embed(...call)),
    })
    await expect(cached.embed(['a'], never, 'query')).rejects.toThrow('down')
    fails = false
    const [first] = await cached.embed(['a'], never, 'query')
    first?.fill(9)
    expect(await cached.embed(['a'], never, 'query')).toEqual([Float32Array.of(1, 1)])
    await expect(cached.embed(['a'], AbortSignal.abort(new Error('stop')), 'query')).rejects.toThrow('stop')
  })
})
