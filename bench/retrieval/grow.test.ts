import { expect, test } from 'vitest'
import { generatedCollection } from './generated-collection.ts'
import { growDocuments } from './grow.ts'

const collection = generatedCollection()
const shareWith = (documents: readonly { readonly text: string }[], word: string): number =>
  documents.filter(({ text }) => text.toLowerCase().split(/\W+/).includes(word)).length / documents.length

test('the same seed grows the same documents, each with its own id', () => {
  const grown = growDocuments([collection], 500)
  expect(grown).toEqual(growDocuments([collection], 500))
  expect(new Set(grown.map(({ id }) => id)).size).toBe(500)
  expect(Math.max(...grown.map(({ text }) => text.length))).toBeLessThanOrEqual(1600)
})

test('words stay in about the same share of the documents', () => {
  const grown = growDocuments([collection], 2000)
  for (const word of ['which', 'at', 'by', 'an']) {
    expect(Math.abs(shareWith(grown, word) - shareWith(collection.documents, word))).toBeLessThan(0.05)
  }
})

test('every query of the generated collection has its topic to find', () => {
  const ids = new Set(collection.documents.map(({ id }) => id))
  expect(ids.size).toBe(collection.documents.length)
  for (const { judged } of collection.queries) expect([...judged.keys()].every((id) => ids.has(id))).toBe(true)
})
