/** MiniSearch: BM25+ over an inverted index in memory. */
import MiniSearch from 'minisearch'
import type { SourceText } from './collection.ts'
import type { Contestant, Peer } from './contestant.ts'
import { porterStem } from './lunr.ts'

export const miniSearchPeer: Peer = {
  name: 'minisearch',
  vectors: false,
  variants: [
    { about: 'OR, English stemming by processTerm', open: (documents) => open(documents, (term) => porterStem(term.toLowerCase())) },
    { about: 'OR, as it comes', open: (documents) => open(documents) },
  ],
}

async function open(documents: readonly SourceText[], processTerm?: (term: string) => string): Promise<Contestant> {
  const index = new MiniSearch<SourceText>({ fields: ['title', 'text'], ...(processTerm ? { processTerm } : {}) })
  index.addAll(documents)
  return {
    search: async (query, depth) =>
      index
        .search(query)
        .slice(0, depth)
        .map(({ id }) => String(id)),
  }
}
