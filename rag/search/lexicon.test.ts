import { describe, expect, it } from 'vitest'
import { hasWord, mergeSorted, nearWords, wordsWith } from './lexicon.ts'

/** Optimal string alignment, straight from its definition. */
function edits(left: string, right: string): number {
  const rows = Array.from({ length: left.length + 1 }, (_, row) => Array.from({ length: right.length + 1 }, (_, column) => row + column))
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0
  for (let row = 1; row <= left.length; row++) {
    for (let column = 1; column <= right.length; column++) {
      const changed = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1)
      let least = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, changed)
      if (row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1])
        least = Math.min(least, at(row - 2, column - 2) + 1)
      const line = rows[row]
      if (line) line[column] = least
    }
  }
  return at(left.length, right.length)
}

/** A repeatable sequence (Lehmer). */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state * 48_271) % 2_147_483_647
    return state % sides
  }
}

describe('nearWords', () => {
  it('finds what a comparison with every word finds', () => {
    const roll = dice(7)
    const word = (): string => Array.from({ length: 2 + roll(6) }, () => 'abcd'[roll(4)]).join('')
    const sorted = [...new Set(Array.from({ length: 800 }, word))].sort()
    for (const query of Array.from({ length: 60 }, word)) {
      for (const most of [1, 2]) {
        const expected = sorted
          .map((candidate) => ({ word: candidate, edits: edits(candidate, query) }))
          .filter((near) => near.edits <= most)
        expect(nearWords(sorted, query, most)).toEqual(expected)
      }
    }
  })

  it('counts two swapped letters as one edit', () => {
    expect(nearWords(['flight', 'light'], 'filght', 1)).toEqual([{ word: 'flight', edits: 1 }])
  })

  it('finds nothing in an empty list', () => {
    expect(nearWords([], 'wing', 2)).toEqual([])
  })
})

describe('sorted lists of words', () => {
  const sorted = ['apple', 'bear', 'bee', 'cat']

  it('know what they hold', () => {
    expect(sorted.every((word) => hasWord(sorted, word))).toBe(true)
    expect(hasWord(sorted, 'be')).toBe(false)
    expect(hasWord(sorted, 'zebra')).toBe(false)
  })

  it('give the words of a letter', () => {
    expect(wordsWith(sorted, 'b')).toEqual(['bear', 'bee'])
    expect(wordsWith(sorted, 'x')).toEqual([])
  })

  it('are merged without repeating a word', () => {
    expect(mergeSorted(sorted, ['bee', 'beetle', 'dog'])).toEqual(['apple', 'bear', 'bee', 'beetle', 'cat', 'dog'])
  })
})
