/** LangChain's MemoryVectorStore, with the same vectors as ours: it compares the query's with every one. */
import { MemoryVectorStore } from '@langchain/classic/vectorstores/memory'
import { subwordEmbedder } from '../../rag/embedding/subword.ts'
import type { SourceText } from './collection.ts'
import type { Contestant, Peer } from './contestant.ts'

export const memoryVectorStorePeer: Peer = {
  name: 'memory-vector-store',
  vectors: true,
  variants: [{ about: 'cosine, the subword embedder', open }],
}

const never = new AbortController().signal
const perCall = 1000

const embed = async (texts: readonly string[]): Promise<number[][]> =>
  (await subwordEmbedder.embed(texts, never)).map((vector) => Array.from(vector))

const embeddings = {
  embedDocuments: embed,
  embedQuery: async (text: string) => (await embed([text]))[0] ?? [],
}

/** `documents` are passages: those with the same id are one document, which is found by its best. */
async function open(documents: readonly SourceText[]): Promise<Contestant> {
  const store = new MemoryVectorStore(embeddings)
  const ids = new Set(documents.map(({ id }) => id))
  for (let at = 0; at < documents.length; at += perCall) {
    const some = documents.slice(at, at + perCall)
    const texts = some.map(({ title, text }) => `${title}\n${text}`)
    await store.addVectors(
      await embed(texts),
      some.map(({ id }, index) => ({ pageContent: texts[index] ?? '', metadata: { id } })),
    )
  }
  const perDocument = Math.ceil(documents.length / Math.max(1, ids.size))
  return {
    search: async (query, depth) => {
      const found = await store.similaritySearch(query, depth * perDocument * (perDocument === 1 ? 1 : 2))
      return [...new Set(found.map(({ metadata }) => String(metadata.id)))].slice(0, depth)
    },
  }
}
