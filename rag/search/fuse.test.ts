import { describe, expect, it } from 'vitest'
import { fuse } from './fuse.ts'

const keyOf = ({ document }: { readonly document: number }): string => String(document)
const one = (document: number, score: number, ordinal = 0): { document: number; ordinal: number; score: number } => ({
  document,
  ordinal,
  score,
})

describe('fuse', () => {
  it('adds each leg as a share of its best score', () => {
    const fused = fuse([one(1, 8), one(2, 4)], [one(2, 0.5), one(3, 0.25)], { share: 0.2, keyOf })
    expect(fused).toEqual([one(1, 0.8), one(2, 0.8 * 0.5 + 0.2), one(3, 0.2 * 0.5)])
  })
  it('counts a document once, with the passage of the keyword leg and its better vector score', () => {
    const fused = fuse([one(1, 8, 5)], [one(1, 0.1, 5), one(1, 0.4, 2)], { share: 0.5, keyOf })
    expect(fused).toEqual([one(1, 1, 5)])
  })
  it('lets one leg speak alone, and ignores cosines below zero', () => {
    expect(fuse([], [one(1, 0.5)], { share: 0.2, keyOf })).toEqual([one(1, 0.2)])
    expect(fuse([one(1, 2)], [one(2, -0.5)], { share: 0.2, keyOf })).toEqual([one(1, 0.8)])
    expect(fuse([], [], { share: 0.2, keyOf })).toEqual([])
  })
})
