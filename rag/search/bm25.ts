/**
 * BM25 (Robertson & Zaragoza 2009, with Lucene's idf) over packed postings. It runs here and not in SQL because it is 20 times
 * faster here, and because sums of floats then have one order: the ranking is the same on every database.
 */
import type { Entries } from '../index/entries.ts'

/** Saturation of term frequency, and how much length counts. */
const k1 = 1.2
const b = 0.75

/** One word of the query: a chunk has it if it has the word's stem in the chunk's own language. */
export interface QueryWord {
  /** How often the query says it. */
  readonly weight: number
  /** One for each language; no chunk is in two of them. */
  readonly entries: readonly Entries[]
  /** The same for languages that the query is not in: a name is found in them too, but counts for less. */
  readonly foreign?: readonly Entries[]
}

/** What a word in a document of another language counts: translations of a text come after it. */
const foreignShare = 0.6

/** Chunks that have the word. */
export const holdingOf = ({ entries, foreign = [] }: QueryWord): number => [...entries, ...foreign].reduce((sum, { size }) => sum + size, 0)

export interface Statistics {
  readonly chunks: number
  /** Of a chunk, in terms. */
  readonly averageLength: number
}

/** Parallel columns: every chunk with at least one word of the query. */
export interface ScoredChunks {
  readonly size: number
  readonly documents: Int32Array
  readonly ordinals: Int32Array
  readonly scores: Float64Array
}

/** Lucene's: never negative. */
export const idf = (holding: number, chunks: number): number => Math.log(1 + (chunks - holding + 0.5) / (holding + 0.5))

export function scoreChunks(words: readonly QueryWord[], { chunks, averageLength }: Statistics): ScoredChunks {
  const holding = words.map(holdingOf)
  const table = openTable(holding.reduce((sum, size) => sum + size, 0))
  for (const [at, { weight, entries, foreign = [] }] of words.entries()) {
    const gain = weight * idf(holding[at] ?? 0, chunks) * (k1 + 1)
    for (const columns of entries) addGains(table, columns, { gain, averageLength })
    for (const columns of foreign) addGains(table, columns, { gain: gain * foreignShare, averageLength })
  }
  return table.scored()
}

function addGains(
  table: Table,
  { size, documents, ordinals, frequencies, lengths }: Entries,
  { gain, averageLength }: { readonly gain: number; readonly averageLength: number },
): void {
  // Typed columns and a plain loop: a common word has tens of thousands of entries.
  for (let entry = 0; entry < size; entry++) {
    const frequency = frequencies[entry] ?? 0
    const length = (lengths[entry] ?? 0) / averageLength
    table.add(documents[entry] ?? 0, ordinals[entry] ?? 0, (gain * frequency) / (frequency + k1 * (1 - b + b * length)))
  }
}

interface Table {
  add(document: number, ordinal: number, gain: number): void
  scored(): ScoredChunks
}

/** Sums by chunk: open addressing over typed columns, 10 times faster than a Map of joined keys. */
function openTable(most: number): Table {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * most)))
  const mask = slots - 1
  const placeOf = new Int32Array(slots)
  const documents = new Int32Array(most)
  const ordinals = new Int32Array(most)
  const scores = new Float64Array(most)
  let size = 0
  return {
    add: (document, ordinal, gain) => {
      let slot = (Math.imul(document, 0x9e3779b1) ^ Math.imul(ordinal, 0x85ebca6b)) >>> 0
      slot = (slot ^ (slot >>> 15)) & mask
      for (;;) {
        const place = (placeOf[slot] ?? 0) - 1
        if (place === -1) break
        if (documents[place] === document && ordinals[place] === ordinal) {
          scores[place] = (scores[place] ?? 0) + gain
          return
        }
        slot = (slot + 1) & mask
      }
      documents[size] = document
      ordinals[size] = ordinal
      scores[size] = gain
      placeOf[slot] = ++size
    },
    scored: () => ({ size, documents, ordinals, scores }),
  }
}
