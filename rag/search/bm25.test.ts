import { describe, expect, it } from 'vitest'
import { type Entries, emptyEntries } from '../index/entries.ts'
import { allPlaces, bestChunks, placesByDocument } from './best.ts'
import { idf, type ScoredChunks, scoreChunks } from './bm25.ts'

/** Numerical Recipes' generator: the same draws every time. */
function drawsFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

function entriesOf(rows: readonly (readonly [document: number, ordinal: number, frequency: number, length: number])[]): Entries {
  const entries = emptyEntries(rows.length)
  for (const [at, [document, ordinal, frequency, length]] of rows.entries()) {
    entries.documents[at] = document
    entries.ordinals[at] = ordinal
    entries.frequencies[at] = frequency
    entries.lengths[at] = length
  }
  entries.size = rows.length
  return entries
}

const listed = ({ size, documents, ordinals, scores }: ScoredChunks) =>
  Array.from({ length: size }, (_, at) => ({ document: documents[at], ordinal: ordinals[at], score: scores[at] }))

describe('BM25', () => {
  it("gives a textbook's number: k1 1.2, b .75, Lucene's idf", () => {
    const word = { weight: 2, entries: [entriesOf([[7, 0, 3, 10]])] }
    const scored = scoreChunks([word], { chunks: 5, averageLength: 8 })
    const expected = (2 * Math.log(1 + 4.5 / 1.5) * 3 * 2.2) / (3 + 1.2 * (0.25 + (0.75 * 10) / 8))
    expect(listed(scored)).toEqual([{ document: 7, ordinal: 0, score: expect.closeTo(expected, 12) }])
  })

  it('counts a word once however many languages it is found in', () => {
    const english = entriesOf([[1, 0, 1, 8]])
    const german = entriesOf([[2, 0, 1, 8]])
    const scored = listed(scoreChunks([{ weight: 1, entries: [english, german] }], { chunks: 4, averageLength: 8 }))
    expect(scored.map(({ score }) => score)).toEqual([expect.closeTo(idf(2, 4), 12), expect.closeTo(idf(2, 4), 12)])
  })

  it('adds up what many words give the same chunk, as a slow table of all would', () => {
    const draw = drawsFrom(11)
    const words = Array.from({ length: 6 }, () => {
      const chunks = new Map<string, [number, number, number, number]>()
      for (let at = 0; at < 500; at++) {
        const [document, ordinal] = [1 + draw(300), draw(4)]
        chunks.set(`${document} ${ordinal}`, [document, ordinal, 1 + draw(5), 20 + ((document * 7 + ordinal) % 100)])
      }
      return { weight: 1 + draw(2), entries: [entriesOf([...chunks.values()])] }
    })
    const sums = new Map<string, number>()
    for (const { weight, entries } of words) {
      for (const { size, documents, ordinals, frequencies, lengths } of entries) {
        for (let at = 0; at < size; at++) {
          const name = `${documents[at]} ${ordinals[at]}`
          const [frequency = 0, length = 0] = [frequencies[at], lengths[at]]
          const gain = (weight * idf(size, 1200) * frequency * 2.2) / (frequency + 1.2 * (0.25 + (0.75 * length) / 70))
          sums.set(name, (sums.get(name) ?? 0) + gain)
        }
      }
    }
    const scored = scoreChunks(words, { chunks: 1200, averageLength: 70 })
    expect(scored.size).toBe(sums.size)
    for (const { document, ordinal, score } of listed(scored)) expect(score).toBeCloseTo(sums.get(`${document} ${ordinal}`) ?? 0, 9)
  })
})

describe('the best chunks', () => {
  const draw = drawsFrom(5)
  const size = 1000
  const scored: ScoredChunks = {
    size,
    documents: Int32Array.from({ length: size }, () => draw(200)),
    ordinals: Int32Array.from({ length: size }, (_, at) => at),
    // Few different scores, so that ties are common.
    scores: Float64Array.from({ length: size }, () => draw(20)),
  }
  const sorted = Array.from({ length: size }, (_, at) => at).sort(
    (left, right) =>
      (scored.scores[right] ?? 0) - (scored.scores[left] ?? 0) ||
      (scored.documents[right] ?? 0) - (scored.documents[left] ?? 0) ||
      left - right,
  )

  it('are those of a full sort: score, then document descending, then ordinal', () => {
    for (const count of [0, 1, 7, 100, 1000, 5000]) {
      expect(bestChunks(scored, allPlaces(scored), count).map(({ ordinal }) => ordinal)).toEqual(sorted.slice(0, count))
    }
  })

  it('are one for each document when asked, its best and of equal ones its first', () => {
    const seen = new Set<number>()
    const firsts = sorted.filter((at) => {
      const document = scored.documents[at] ?? 0
      return seen.has(document) ? false : seen.add(document)
    })
    expect(bestChunks(scored, placesByDocument(scored), 50).map(({ ordinal }) => ordinal)).toEqual(firsts.slice(0, 50))
  })
})
