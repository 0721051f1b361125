import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { meanNdcg, type Sample } from './tuning.ts'
import { defaultWeights, withShare } from './weights.ts'

const colours = ['red', 'blue', 'green', 'grey', 'pink', 'black', 'white', 'brown', 'gold', 'teal', 'plum', 'jade']
const animals = ['otter', 'heron', 'lynx', 'stork', 'badger', 'finch', 'weasel', 'raven', 'beaver', 'adder', 'hare', 'toad']
const pairs = colours.flatMap((colour, at) => [0, 1, 2].map((step) => ({ colour, animal: animals[(at + step) % animals.length] ?? '' })))

/** Documents whose titles tell, and whose texts mislead: the words of a query stand more often in another one. */
const documents = pairs.map(({ colour, animal }, at) => ({
  _id: `d${at}`,
  title: `${colour} ${animal}`,
  text: `This note is about something else. ${pairs[(at + 7) % pairs.length]?.colour} ${pairs[(at + 7) % pairs.length]?.animal} `.repeat(3),
}))
const judgements = pairs.map(({ colour, animal }, at) => ({ query: `${colour} ${animal}`, documents: { [`d${at}`]: 1 } }))

describe('tuning', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace()
    await writeFile(join(millrace.folder, 'notes.jsonl'), documents.map((document) => JSON.stringify(document)).join('\n'))
    await millrace.call('ingest_documents', { path: 'notes.jsonl', collection: 'notes', language: 'simple' })
  })
  afterAll(() => millrace.close())
  const first = async (query: string): Promise<unknown> => {
    const { hits } = await millrace.call<{ hits: { document: string }[] }>('search_documents', { query, collection: 'notes' })
    return hits[0]?.document
  }

  it('learns to trust titles where titles tell, and search follows', async () => {
    const before = (await Promise.all(judgements.map(({ query }) => first(query)))).filter((id, at) => id === `d${at}`).length
    const tuned = await millrace.call<{ default: number; cross_fitted: number; weights: Record<string, number> }>('tune_search', {
      collection: 'notes',
      judgements,
    })
    expect(tuned.cross_fitted).toBeGreaterThan(tuned.default)
    expect(tuned.weights.title).toBeGreaterThan(defaultWeights(false).title)
    const after = (await Promise.all(judgements.map(({ query }) => first(query)))).filter((id, at) => id === `d${at}`).length
    expect(after).toBeGreaterThan(before)
  })

  it('goes back to the defaults', async () => {
    const reset = await millrace.call<{ weights: Record<string, number> }>('tune_search', { collection: 'notes', reset: true })
    expect(reset.weights).toEqual(defaultWeights(false))
  })

  it('says how many judged queries it needs', async () => {
    await expect(millrace.call('tune_search', { collection: 'notes', judgements: judgements.slice(0, 3) })).rejects.toThrow(
      'needs 20 queries',
    )
  })
})

describe('nDCG of weights', () => {
  const sample: Sample = {
    signs: { words: [1, 0.5], company: [0, 1], letters: [0, 0], title: [0, 0], closeness: [0, 0], vector: [0, 0] },
    gains: [0, 1],
    ideal: 1,
  }

  it('is that of the order they make', () => {
    expect(meanNdcg([sample], withShare(defaultWeights(false), 'words', 1))).toBeCloseTo(1 / Math.log2(3), 12)
    expect(meanNdcg([sample], withShare(defaultWeights(false), 'company', 1))).toBe(1)
  })
})
