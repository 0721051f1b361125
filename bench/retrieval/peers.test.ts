import { expect, test } from 'vitest'
import { peers } from './peers.ts'

const documents = [
  { id: 'mill', title: 'The mill', text: 'Grain is ground between two stones.' },
  { id: 'road', title: 'The road', text: 'Carts bring the grain along the river.' },
  { id: 'song', title: 'A song', text: 'Nobody knows who wrote it.' },
]

for (const { name, variants } of peers) {
  for (const { about, open } of variants) {
    test(`${name} (${about}) ranks what holds any word of a question, best first`, async () => {
      const { search } = await open(documents)
      const found = await search('Which stones ground the grain?', 2)
      expect(found[0]).toBe('mill')
      expect(found).toHaveLength(2)
    })
  }
}
