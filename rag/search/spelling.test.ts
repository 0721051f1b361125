import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../../platform/database/database.ts'
import { temporaryFolder, testDatabases } from '../../platform/testing/harness.ts'
import { subwordOnly } from '../embedding/subword.ts'
import { getCollection } from '../index/collections.ts'
import { removeDocuments } from '../index/remove.ts'
import { countTerms } from '../language/tokens.ts'
import { ingestInto, never, searchIn } from '../testing.ts'
import { find } from './search.ts'
import { repairSpelling } from './spelling.ts'

const documents = [
  { _id: 'wings', text: 'The aerodynamics of a swept wing are not those of a straight one, and the flight is faster with it.' },
  { _id: 'leave', text: 'Parental leave is thirty days for each of the parents, and they are paid in full for all of it.' },
  { _id: 'light', text: 'The light of the lamp is warm, and there is a second lamp for the evening in that room.' },
]

describe.each(testDatabases)('spelling repair on the $kind database', ({ open }) => {
  let db: Database
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    db = await open()
    folder = await temporaryFolder()
    await ingest(documents)
  })
  afterAll(async () => {
    await db.close()
    await folder.remove()
  })

  async function ingest(lines: readonly object[]): Promise<void> {
    const path = join(folder.path, 'lines.jsonl')
    await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'))
    await ingestInto(db, { path, collection: 'notes', language: 'english' })
  }
  const repaired = async (query: string): Promise<string[]> => {
    const repairs = await repairSpelling(db, await getCollection(db, 'default', 'notes'), countTerms(query))
    return repairs.map(({ said, meant }) => `${said} > ${meant}`)
  }

  it('takes a letter more, less, changed or swapped for what was meant', async () => {
    expect(await repaired('parrental leeve')).toEqual(['parrental > parental', 'leeve > leave'])
    expect(await repaired('fligth of a wng')).toEqual(['fligth > flight', 'wng > wing'])
  })

  it('forgives two letters in a long word', async () => {
    expect(await repaired('aerodinamycs')).toEqual(['aerodinamycs > aerodynamics'])
  })

  it('leaves alone what the documents say, in any form, and what is like nothing in them', async () => {
    expect(await repaired('flights of lamps, 1234, x99lamp, zucchini')).toEqual([])
  })

  it('lets a real word that the documents lack count more than its neighbour', async () => {
    const repairs = await repairSpelling(db, await getCollection(db, 'default', 'notes'), countTerms('limp lampp'))
    expect(repairs).toEqual([
      { said: 'limp', meant: 'lamp', weight: 0.5 },
      { said: 'lampp', meant: 'lamp', weight: 1 },
    ])
  })

  it('takes a misspelt stop word for one, not for a rare word', async () => {
    expect(await repaired('teh lamp')).toEqual([])
  })

  it('finds the document that a misspelt query means, unless it is told not to', async () => {
    const found = async (spelling: 'repair' | 'off'): Promise<string[]> =>
      (await searchIn(db, { query: 'parrental', collection: 'notes', mode: 'keyword', spelling })).map(({ document }) => document)
    expect(await found('repair')).toEqual(['leave'])
    expect(await found('off')).toEqual([])
  })

  it('tells no word to a caller who may not read a document that holds it', async () => {
    await ingest([...documents, { _id: 'secret', text: 'The project zephyr is not for everyone to know about.', readers: ['bob'] }])
    const told = async (principal: string): Promise<readonly string[]> => {
      const request = { workspace: 'default', query: 'zephir', collection: 'notes', topK: 5, mode: 'hybrid', group: 'document' } as const
      const { repairs } = await find({ db, embedders: subwordOnly, signal: never }, { ...request, principals: [principal] })
      return repairs.map(({ meant }) => meant)
    }
    expect(await told('bob')).toEqual(['zephyr'])
    expect(await told('alice')).toEqual([])
  })

  it('learns the words of new documents and forgets those of documents that left', async () => {
    expect(await repaired('pinguin')).toEqual([])
    await ingest([{ _id: 'birds', text: 'A penguin swims under the ice and is a bird that does not fly at all.' }])
    expect(await repaired('pinguin')).toEqual(['pinguin > penguin'])
    const collection = await getCollection(db, 'default', 'notes')
    await removeDocuments({ db, signal: never, step: (_name, effect) => db.transaction(effect) }, collection, undefined)
    await ingest(documents)
    expect(await repaired('pinguin')).toEqual([])
  })
})
