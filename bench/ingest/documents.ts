/** Short documents as applications have them: a title, a few sentences, words that differ. */
import { generatedCollection } from '../retrieval/generated-collection.ts'
import { growDocuments } from '../retrieval/grow.ts'

/** JSON Lines of about 500 characters each. */
export function shortDocuments(count: number): string {
  const documents = growDocuments([generatedCollection()], count, 17)
  return `${documents.map(({ id, title, text }) => JSON.stringify({ _id: id, title, text })).join('\n')}\n`
}
