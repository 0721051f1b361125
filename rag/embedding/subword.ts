/**
 * An embedder without weights: words and their 3–4-letter pieces, hashed with signs into 384 dimensions
 * (Weinberger et al. 2009). It is lexical, not semantic: it forgives typos, inflection and compounds.
 */
import type { Embedder, Embedders } from './embedder.ts'

const dimensions = 384
const shortest = 3
const longestGram = 4
/** Long words are rarer: the weight of a word grows with its length to this power, standing in for idf. */
const lengthPower = 1.5
/** The whole word's share beside its pieces. */
const wholeWord = 0.5

export const subwordEmbedder: Embedder = {
  name: 'subword',
  dimensions,
  semantic: false,
  batch: 1000,
  embed: async (texts, signal) =>
    texts.map((text) => {
      signal.throwIfAborted()
      return embedText(text)
    }),
}

/** What an installation without weights has. */
export const subwordOnly: Embedders = {
  preferred: async () => subwordEmbedder,
  find: async (name) => (name === subwordEmbedder.name ? subwordEmbedder : undefined),
}

/** About 0.15 ms for 1,500 characters. */
function embedText(text: string): Float32Array {
  const vector = new Float32Array(dimensions)
  for (const [word, count] of countWords(text)) {
    const weight = (1 + Math.log(count)) * (Math.min(word.length, 12) / 6) ** lengthPower
    addFeature(vector, `=${word}`, wholeWord * weight)
    const grams = gramsOf(`<${word}>`)
    for (const gram of grams) addFeature(vector, gram, weight / Math.sqrt(grams.length))
  }
  return normalize(vector)
}

function countWords(text: string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const [word] of text
    .normalize('NFKC')
    .toLowerCase()
    .matchAll(/[\p{L}\p{M}\p{N}]{1,64}/gu)) {
    counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

function gramsOf(padded: string): string[] {
  const grams: string[] = []
  for (let size = shortest; size <= longestGram; size++) {
    for (let at = 0; at + size <= padded.length; at++) grams.push(padded.slice(at, at + size))
  }
  return grams
}

function addFeature(vector: Float32Array, feature: string, weight: number): void {
  const hash = mix(fnv1a(feature))
  const slot = (hash >>> 1) % dimensions
  vector[slot] = (vector[slot] ?? 0) + (hash & 1 ? weight : -weight)
}

function fnv1a(text: string): number {
  let hash = 2166136261
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 16777619)
  return hash
}

/** The last step of MurmurHash3: spreads every input bit over all output bits. */
function mix(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

/** In place. */
function normalize(vector: Float32Array): Float32Array {
  let squares = 0
  for (const value of vector) squares += value * value
  if (squares === 0) return vector
  const scale = 1 / Math.sqrt(squares)
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at] ?? 0) * scale
  return vector
}
