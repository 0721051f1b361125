import { describe, expect, it } from 'vitest'
import { answerF1, auroc, brier, calibrationError, exactMatch, mean, ndcg, percentile, recall, reciprocalRank } from './ranking.ts'

const judgements = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 0],
  ['d', 1],
])

describe('ndcg', () => {
  it('is the discounted gain over the ideal one', () => {
    // found: 2/log2(2) + 0 + 3/log2(4) = 3.5; ideal: 3/1 + 2/log2(3) + 1/2 = 4.76186
    expect(ndcg(['b', 'c', 'a'], judgements)).toBeCloseTo(3.5 / (3 + 2 / Math.log2(3) + 0.5), 12)
  })
  it('is 1 for the ideal order and 0 when nothing relevant is found', () => {
    expect(ndcg(['a', 'b', 'd', 'c'], judgements)).toBe(1)
    expect(ndcg(['c', 'x'], judgements)).toBe(0)
    expect(ndcg(['a'], new Map())).toBe(0)
  })
  it('looks no deeper than asked', () => {
    expect(ndcg(['c', 'a'], judgements, 1)).toBe(0)
  })
  it('reads negative grades as not relevant', () => {
    expect(
      ndcg(
        ['x', 'a'],
        new Map([
          ['x', -1],
          ['a', 1],
        ]),
      ),
    ).toBeCloseTo(1 / Math.log2(3), 12)
  })
})

describe('ranks and recall', () => {
  it('gives one over the rank of the first relevant document', () => {
    expect(reciprocalRank(['c', 'x', 'b'], judgements)).toBeCloseTo(1 / 3, 12)
    expect(reciprocalRank([...Array.from({ length: 10 }, (_, at) => `x${at}`), 'a'], judgements)).toBe(0)
  })
  it('counts the share of relevant documents within the depth', () => {
    expect(recall(['a', 'x', 'd'], judgements, 2)).toBeCloseTo(1 / 3, 12)
    expect(recall(['a', 'x', 'd'], judgements, 3)).toBeCloseTo(2 / 3, 12)
  })
})

describe('averages', () => {
  it('takes percentiles by nearest rank', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3)
    expect(percentile([5, 1, 4, 2, 3], 0.95)).toBe(5)
    expect(percentile([], 0.5)).toBeNaN()
  })
  it('averages', () => {
    expect(mean([1, 2, 6])).toBe(3)
  })
})

describe('auroc', () => {
  it('counts how often positives outscore negatives, ties half', () => {
    expect(auroc([3, 2], [1, 2])).toBe((1 + 1 + 1 + 0.5) / 4)
    expect(auroc([1], [])).toBeNaN()
  })
})

describe('answers', () => {
  it('match without case, punctuation and articles', () => {
    expect(exactMatch('The Eiffel Tower.', ['eiffel tower'])).toBe(true)
    expect(exactMatch('Eiffel', ['eiffel tower'])).toBe(false)
  })
  it('score the overlap of words with the nearest reference', () => {
    // 1 common word of 2 and of 3: precision 1/2, recall 1/3, F1 2/5
    expect(answerF1('in Paris', ['Paris city centre', 'London'])).toBeCloseTo(0.4, 12)
    expect(answerF1('nothing', ['Paris'])).toBe(0)
  })
})

describe('chances', () => {
  const forecasts = [
    { chance: 0.9, came: true },
    { chance: 0.9, came: true },
    { chance: 0.9, came: false },
    { chance: 0.2, came: false },
  ]
  it('are scored by their squared distance from what came', () => {
    expect(brier(forecasts)).toBeCloseTo((0.01 + 0.01 + 0.81 + 0.04) / 4, 12)
  })
  it('are calibrated when each bin came as often as it said', () => {
    expect(calibrationError(forecasts)).toBeCloseTo((3 * (0.9 - 2 / 3) + 0.2) / 4, 12)
    expect(
      calibrationError([
        { chance: 1, came: true },
        { chance: 0, came: false },
      ]),
    ).toBe(0)
  })
})
