import { describe, expect, it } from 'vitest'
import { judgeRanking, topItems } from './item-ranking.ts'

describe('judging a ranked list', () => {
  it('agrees with the sums by hand', () => {
    const { ndcg, recall, map } = judgeRanking([7, 3, 9, 1], new Set([3, 1, 5]), 4)
    expect(recall).toBeCloseTo(2 / 3, 12)
    expect(map).toBeCloseTo((1 / 2 + 2 / 4) / 3, 12)
    expect(ndcg).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3) + 0.5), 12)
  })

  it('is perfect when all places hold hits, however many more there are', () => {
    expect(judgeRanking([0, 1], new Set([0, 1, 2, 3]), 2)).toEqual({ ndcg: 1, recall: 0.5, map: 1 })
  })

  it('looks at the first k only, and gives 0 where nothing is relevant', () => {
    expect(judgeRanking([5, 6, 7], new Set([7]), 2)).toEqual({ ndcg: 0, recall: 0, map: 0 })
    expect(judgeRanking([5], new Set(), 2)).toEqual({ ndcg: 0, recall: 0, map: 0 })
  })
})

describe('the best items', () => {
  it('come best first, the first of equals before the others, without what is skipped', () => {
    const scores = Float64Array.of(1, 5, 3, 5, 2, 5)
    expect([...topItems(scores, 4)]).toEqual([1, 3, 5, 2])
    expect([...topItems(scores, 4, Uint8Array.of(0, 1, 0, 0, 0, 0))]).toEqual([3, 5, 2, 4])
    expect([...topItems(scores, 10)]).toEqual([1, 3, 5, 2, 4, 0])
  })
})
