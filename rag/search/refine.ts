/**
 * Orders the best candidates by what an index cannot add up, from their texts alone. To the words' own score it joins
 *   company    candidates like other good candidates are good (score regularisation, Diaz 2005)
 *   letters    BM25 over groups of 3 and 4 letters, which forgives inflection, compounds and typos
 *   title      how much of the query its title says
 *   closeness  words that stand together in the query stand together in the text
 * and, where the collection's embedder knows meanings, the cosine of the vectors. Each sign is brought to 0–1 and weighed.
 */
import { company } from './company.ts'
import { type Holders, holdersOf } from './holders.ts'
import { gramsOf, type Profile } from './profile.ts'
import { type Sign, signNames, type Weights } from './weights.ts'

/** A word of the query and its inverse document frequency; stop words are left out. */
export type QueryWords = ReadonlyMap<string, number>

export interface Candidate {
  readonly profile: Profile
  /** BM25, 0 or more. */
  readonly words: number
  /** Cosine with the query, where there is one. */
  readonly vector?: number
}

/** One number from 0 to 1 for each candidate, by sign. */
export type Signs = Readonly<Record<Sign, readonly number[]>>

export function signsOf(query: QueryWords, candidates: readonly Candidate[]): Signs {
  const words = scaled(candidates.map((candidate) => candidate.words))
  const profiles = candidates.map(({ profile }) => profile)
  const holders = holdersOf(profiles)
  const reader = readerOf(query)
  return {
    words,
    company: scaled(company(holders, words)),
    letters: scaled(letters(profiles, holders, reader)),
    title: scaled(profiles.map(({ titleWords }) => titleShare(titleWords, reader))),
    closeness: scaled(closeness(profiles, holders, reader)),
    vector: stretched(candidates.map(({ vector }) => vector)),
  }
}

/** The weighted sum of the signs, one score per candidate, from 0 to 1. */
export function weigh(signs: Signs, weights: Weights): readonly number[] {
  const weighed = Object.entries(weights).map(([sign, weight]) => [weight, isSign(sign) ? signs[sign] : []] as const)
  return signs.words.map((_, at) => weighed.reduce((sum, [weight, values]) => sum + weight * (values[at] ?? 0), 0))
}

const isSign = (name: string): name is Sign => signNames.some((sign) => sign === name)

/** Divided by the best; all zeros stay as they are. */
function scaled(scores: readonly number[]): readonly number[] {
  const best = scores.reduce((most, score) => Math.max(most, score), 0)
  return best > 0 ? scores.map((score) => score / best) : scores
}

/** From the least to the best: cosines of a model lie close together, and only their order and distances tell. */
function stretched(scores: readonly (number | undefined)[]): readonly number[] {
  const known = scores.filter((score) => score !== undefined)
  const best = Math.max(...known)
  const least = Math.min(...known)
  return scores.map((score) => (score === undefined || best <= least ? 0 : (score - least) / (best - least)))
}

/** The query, ready to be compared with words of texts. */
interface Reader {
  /** Weight of each letter group of the query: the idf of the rarest word it is in. */
  readonly weights: Float64Array
  /** Words that follow each other in the query, by the numbers of their openings. */
  readonly pairs: readonly { readonly first: number; readonly second: number; readonly weight: number }[]
  /** Numbers of the query's letter groups in the word, one for each time. */
  grams(word: string): readonly number[]
  /** Number of the query's word that this one begins like; undefined for none. */
  opening(word: string): number | undefined
}

/** Words count as the same from their first letters on: enough to see that two of them stand together. */
const openingOf = (word: string): string => word.slice(0, 5)

function readerOf(query: QueryWords): Reader {
  const numbers = new Map<string, number>()
  const weights: number[] = []
  const openings = new Map<string, number>()
  for (const [word, idf] of query) {
    if (!openings.has(openingOf(word))) openings.set(openingOf(word), openings.size)
    for (const gram of gramsOf(word)) {
      const number = numbers.get(gram) ?? numbers.size
      numbers.set(gram, number)
      weights[number] = Math.max(weights[number] ?? 0, idf)
    }
  }
  const sieve = new Uint8Array(slots)
  for (const gram of numbers.keys()) sieve[slotOf(gram.charCodeAt(0), gram.charCodeAt(1), gram.charCodeAt(2))] = 1
  return {
    weights: Float64Array.from(weights),
    pairs: pairsOf([...query], openings),
    grams: (word) => sharedGrams(word, numbers, sieve),
    opening: (word) => openings.get(openingOf(word)),
  }
}

const slots = 2048
const slotOf = (first: number, second: number, third: number): number => (first * 961 + second * 31 + third) & (slots - 1)

/** Most groups of a text's words are none of the query's: the sieve tells by a few sums, before a group is cut out and looked up. */
function sharedGrams(word: string, numbers: ReadonlyMap<string, number>, sieve: Uint8Array): readonly number[] {
  const padded = `<${word}>`
  const found: number[] = []
  for (let at = 0; at + 3 <= padded.length; at++) {
    if (sieve[slotOf(padded.charCodeAt(at), padded.charCodeAt(at + 1), padded.charCodeAt(at + 2))] === 0) continue
    for (let end = at + 3; end <= Math.min(at + 4, padded.length); end++) {
      const number = numbers.get(padded.slice(at, end))
      if (number !== undefined) found.push(number)
    }
  }
  return found
}

function pairsOf(words: readonly (readonly [string, number])[], openings: ReadonlyMap<string, number>): Reader['pairs'] {
  return words.flatMap(([word, idf], at) => {
    const next = words[at + 1]
    const first = openings.get(openingOf(word))
    const second = next && openings.get(openingOf(next[0]))
    return next === undefined || first === undefined || second === undefined || first === second
      ? []
      : [{ first, second, weight: Math.min(idf, next[1]) }]
  })
}

const k1 = 1.2
const b = 0.75

/** BM25 over letter groups: `counts` holds, row by row, how often a candidate has each group of the query. */
function letters(profiles: readonly Profile[], holders: Holders, { weights, grams }: Reader): readonly number[] {
  const groups = weights.length
  const counts = new Float64Array(profiles.length * groups)
  for (const [word, list] of holders) {
    for (const gram of grams(word)) {
      for (let at = 0; at < list.length; at += 2) {
        const place = (list[at] ?? 0) * groups + gram
        counts[place] = (counts[place] ?? 0) + (list[at + 1] ?? 0)
      }
    }
  }
  const average = Math.max(1, profiles.reduce((sum, profile) => sum + profile.grams, 0) / Math.max(1, profiles.length))
  return profiles.map((profile, row) => {
    const saturation = k1 * (1 - b + (b * profile.grams) / average)
    let score = 0
    for (let gram = 0; gram < groups; gram++) {
      const count = counts[row * groups + gram] ?? 0
      if (count > 0) score += ((weights[gram] ?? 0) * count * (k1 + 1)) / (count + saturation)
    }
    return score
  })
}

/** Share of the query's letter groups, by weight, that the title has. */
function titleShare(titleWords: readonly string[], { weights, grams }: Reader): number {
  if (titleWords.length === 0) return 0
  const said = new Set(titleWords.flatMap(grams))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return total > 0 ? weights.reduce((sum, weight, gram) => (said.has(gram) ? sum + weight : sum), 0) / total : 0
}

/** For each pair of neighbours in the query: the rarer one's idf over their least distance in the text. */
function closeness(profiles: readonly Profile[], holders: Holders, { pairs, opening }: Reader): readonly number[] {
  const found = profiles.map((): (readonly number[])[] => [])
  for (const [word, list] of holders) {
    const number = opening(word)
    if (number === undefined) continue
    for (let at = 0; at < list.length; at += 2) {
      const row = list[at] ?? 0
      const places = found[row]
      if (places) places[number] = merged(places[number], profiles[row]?.places.get(word) ?? [])
    }
  }
  return found.map((places) =>
    pairs.reduce((sum, { first, second, weight }) => sum + weight / leastDistance(places[first], places[second]), 0),
  )
}

const merged = (left: readonly number[] | undefined, right: readonly number[]): readonly number[] =>
  left ? [...left, ...right].sort((one, other) => one - other) : right

/** Between two ascending lists of places; infinite where one is missing. */
function leastDistance(left: readonly number[] = [], right: readonly number[] = []): number {
  let least = Number.POSITIVE_INFINITY
  for (let l = 0, r = 0; l < left.length && r < right.length; ) {
    const distance = (left[l] ?? 0) - (right[r] ?? 0)
    least = Math.min(least, Math.abs(distance))
    if (distance < 0) l++
    else r++
  }
  return least
}
