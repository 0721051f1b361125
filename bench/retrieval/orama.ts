/** Orama: BM25 over radix trees in memory. */
import { create, insertMultiple, search } from '@orama/orama'
import type { SourceText } from './collection.ts'
import type { Contestant, Peer } from './contestant.ts'

interface OramaOptions {
  readonly stemming: boolean
  /** Words count as often as they occur; without it a text is a set of words. */
  readonly allowDuplicates: boolean
}

export const oramaPeer: Peer = {
  name: 'orama',
  vectors: false,
  variants: [
    { about: 'OR, English stemming', open: (documents) => open(documents, { stemming: true, allowDuplicates: false }) },
    { about: 'OR, English stemming, repeated words', open: (documents) => open(documents, { stemming: true, allowDuplicates: true }) },
    { about: 'OR, as it comes', open: (documents) => open(documents, { stemming: false, allowDuplicates: false }) },
  ],
}

async function open(documents: readonly SourceText[], options: OramaOptions): Promise<Contestant> {
  const schema = { id: 'string', title: 'string', text: 'string' } as const
  const index = create({ schema, components: { tokenizer: { language: 'english', ...options } } })
  await insertMultiple(index, [...documents], 1000)
  return {
    search: async (query, depth) => {
      const { hits } = await search(index, { term: query, properties: ['title', 'text'], threshold: 1, limit: depth })
      return hits.map(({ document }) => document.id)
    },
  }
}
