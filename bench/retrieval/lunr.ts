/** lunr: vectors of BM25 weights over an index in memory, with Porter's stemmer, which other peers borrow. */
import lunr from 'lunr'
import type { SourceText } from './collection.ts'
import type { Contestant, Peer } from './contestant.ts'

export const lunrPeer: Peer = {
  name: 'lunr',
  vectors: false,
  variants: [
    { about: 'OR, its English pipeline', open: (documents) => open(documents, false) },
    { about: 'OR, without stop words and stemming', open: (documents) => open(documents, true) },
  ],
}

async function open(documents: readonly SourceText[], bare: boolean): Promise<Contestant> {
  const index = lunr((builder) => {
    if (bare) {
      builder.pipeline.reset()
      builder.searchPipeline.reset()
    }
    builder.ref('id')
    builder.field('title')
    builder.field('text')
    for (const document of documents) builder.add(document)
  })
  return {
    // Built term by term: its query language would take colons, stars and plus signs of a question for operators.
    search: async (query, depth) =>
      index
        .query((builder) => {
          // Of its pipeline only the stemmer runs on queries, so a question mark would cling to its word.
          for (const token of lunr.tokenizer(query)) builder.term(lunr.trimmer(token).toString(), { usePipeline: true })
        })
        .slice(0, depth)
        .map(({ ref }) => ref),
  }
}

const pipeline = new lunr.Pipeline()
pipeline.add(lunr.stemmer)

export const porterStem = (word: string): string => pipeline.runString(word)[0] ?? word
