/**
 * Grows collections to a size by recombining their sentences: a new document has the length of one, the title of another and
 * sentences of many, so that each word stays in the same share of the documents.
 */
import { sentencesOf } from '../../rag/language/sentences.ts'
import { type Chance, chanceOf } from '../seeded.ts'
import type { BenchCollection, SourceText } from './collection.ts'

/** Short enough that every document is one chunk of ours, so that all contestants hold as many entries. */
const longest = 1600

/** Collections take turns. The same seed grows the same documents. */
export function growDocuments(collections: readonly BenchCollection[], count: number, seed = 3): readonly SourceText[] {
  const chance = chanceOf(seed)
  const growers = collections.map((collection) => growerOf(collection, chance))
  return Array.from({ length: count }, (_, index) => {
    const { title, text } = growers[index % growers.length]?.() ?? { title: '', text: '' }
    return { id: `grown-${index}`, title, text }
  })
}

function growerOf({ documents }: BenchCollection, chance: Chance): () => Omit<SourceText, 'id'> {
  const cut = documents.map(({ text }) => sentencesOf(text).map(({ start, end }) => text.slice(start, end).replaceAll(/\s+/g, ' ')))
  const sentences = cut.flat()
  const lengths = cut.map((own) => own.length)
  return () => {
    let text = ''
    for (let left = Math.max(1, chance.pick(lengths)); left > 0; left--) {
      const sentence = chance.pick(sentences).slice(0, longest)
      if (text.length + sentence.length > longest) break
      text += `${sentence} `
    }
    return { title: chance.pick(documents).title.slice(0, 200), text: text.trim() || chance.pick(sentences).slice(0, longest) }
  }
}
