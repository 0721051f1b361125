import { expect, test } from 'vitest'
import { soakIngest } from './ingest.ts'
import { editionAt, editionOf, textOf } from './ingest-corpus.ts'

test('four kills while documents are ingested leave every one whole, found and there once', async () => {
  const report = await soakIngest({ kills: 4, documents: 200 })
  expect(report.wrong).toEqual([])
  expect(report).toMatchObject({ kills: 4, documents: 200, torn: 0, lost: 0, doubled: 0, unfinished: 0 })
  expect(report.acknowledged).toBeGreaterThan(0)
}, 600_000)

test('a text of two editions is of none', () => {
  const [first, second] = [textOf(9, 0), textOf(9, 1)]
  expect(editionOf(9, first)).toBe(0)
  expect(editionOf(9, second)).toBe(1)
  expect(editionOf(9, first.slice(0, 500) + second.slice(500))).toBeUndefined()
  expect(editionOf(8, first)).toBeUndefined()
})

test('each round changes a third of the documents', () => {
  const changed = (round: number): number =>
    Array.from({ length: 300 }, (_, index) => editionAt(index, round) - editionAt(index, round - 1)).filter((by) => by === 1).length
  expect([1, 2, 3, 4].map(changed)).toEqual([100, 100, 100, 100])
})
