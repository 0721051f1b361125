/**
 * A reader who opens and searches documents while they are written. Whatever it was shown once is a promise: the document may
 * change to a later edition, but is never gone, torn, old again or there twice.
 */
import { z } from 'zod'
import type { Chance } from '../seeded.ts'
import type { IngestClient } from './ingest-client.ts'
import { editionAt, editionOf, idOf, textOf, wordOf } from './ingest-corpus.ts'

export const collection = 'soak'

export interface Watch {
  /** Editions seen, by document. */
  readonly seen: ReadonlyMap<number, number>
  readonly wrong: readonly string[]
  /** Looks that were answered. */
  looks(): number
  /** Looks at documents until told to stop. */
  look(signal: AbortSignal): Promise<void>
  /** Every document that was seen, or `most` of them, once more. */
  lookAgain(most: number): Promise<void>
  /** Every document in its last edition: whole, found by its word and by its vector, once. Chunks of all of them. */
  verifyAll(round: number): Promise<number>
}

const opened = z.object({ text: z.string(), chunks: z.number(), characters: z.number() })
const found = z.object({ hits: z.array(z.object({ document: z.string(), text: z.string() })) })
/** A vector search compares one vector with all, so only some of the documents are looked for that way. */
const everyNthByVector = 10
const lookAhead = 50

export function startWatch(client: IngestClient, { documents, chance }: { readonly documents: number; readonly chance: Chance }): Watch {
  const seen = new Map<number, number>()
  const wrong: string[] = []
  let frontier = 0
  let looks = 0

  /** Chunks of the document; 0 when it is not there or the connection broke. */
  const open = async (index: number): Promise<number> => {
    const answer = await client.call('get_document', { document: idOf(index), collection, start: 0, length: 50_000 }, opened)
    if (answer === null) return 0
    looks++
    const before = seen.get(index)
    if (answer.data === undefined) {
      if (before !== undefined) wrong.push(`lost: ${idOf(index)} answered ${answer.status} after edition ${before} was seen`)
      return 0
    }
    const edition = editionOf(index, answer.data.text)
    if (edition === undefined) wrong.push(`torn: ${idOf(index)} has ${answer.data.characters} characters of no edition`)
    else if (edition < (before ?? 0)) wrong.push(`old again: ${idOf(index)} was edition ${before} and is ${edition}`)
    else seen.set(index, edition)
    return answer.data.chunks
  }
  const idsWith = async (index: number, mode: string, query: string): Promise<readonly string[] | null> => {
    const answer = await client.call('search_documents', { query, collection, mode, top_k: 5 }, found)
    return answer?.data ? answer.data.hits.filter(({ text }) => text.includes(`${wordOf(index)}.`)).map(({ document }) => document) : null
  }
  const searchFor = async (index: number): Promise<void> => {
    const ids = await idsWith(index, 'keyword', wordOf(index))
    if (ids !== null && ids.length > 1) wrong.push(`doubled: ${wordOf(index)} finds ${ids.join(', ')}`)
  }
  const mustFind = async (index: number, mode: string, query: string): Promise<void> => {
    const ids = await idsWith(index, mode, query)
    if (ids?.join() !== idOf(index)) wrong.push(`${ids?.length ? 'doubled' : 'not found'}: ${idOf(index)} by ${mode}: ${ids?.join(', ')}`)
  }
  return {
    seen,
    wrong,
    looks: () => looks,
    look: async (signal) => {
      while (!signal.aborted) {
        // Documents come in their order: looking far ahead of the last one seen would show nothing.
        const reach = Math.min(documents, frontier + lookAhead)
        const index = chance.index(reach)
        if ((await open(index)) > 0) frontier = Math.max(frontier, index)
        await searchFor(chance.index(reach))
      }
    },
    lookAgain: async (most) => {
      for (const index of chance.shuffled([...seen.keys()]).slice(0, most)) await open(index)
    },
    verifyAll: async (round) => {
      let chunks = 0
      for (let index = 0; index < documents; index++) {
        chunks += await open(index)
        const edition = editionAt(index, round)
        if (seen.get(index) !== edition) wrong.push(`not current: ${idOf(index)} is edition ${seen.get(index)}, not ${edition}`)
        await mustFind(index, 'keyword', wordOf(index))
        if (index % everyNthByVector === 0) await mustFind(index, 'vector', `House ${index}\n${textOf(index, edition)}`)
      }
      return chunks
    },
  }
}
