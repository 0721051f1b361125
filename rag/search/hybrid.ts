/**
 * The hybrid ranking: the keyword leg brings candidates, and the vector leg too where the embedder knows meanings or words find
 * too little; then all that can be told from their texts is weighed together (a convex sum, Bruch et al. 2023).
 */
import { Fault } from '../../platform/fault.ts'
import type { Embedder } from '../embedding/embedder.ts'
import type { Collection } from '../index/collections.ts'
import { type LegRequest, type Scored, searchKeyword } from './keyword.ts'
import { chunkKey, type Passage, readPassages, readTexts } from './passages.ts'
import { type Profile, profilesOf } from './profile.ts'
import type { QueryInCollection } from './query.ts'
import { type QueryWords, type Signs, signsOf, weigh } from './refine.ts'
import { mostReranked } from './rerank.ts'
import type { SearchGround, SearchRequest } from './search.ts'
import { trustIn } from './trust.ts'
import { scoreChunks, searchVector } from './vector.ts'
import { defaultWeights, type Weights, withShare } from './weights.ts'

/** Candidates each leg brings, and most that are looked at closely. */
const candidatesPerLeg = 100

export interface Candidate {
  readonly collection: Collection
  readonly document: number
  readonly ordinal: number
  /** BM25; 0 where no word fits. */
  readonly words: number
  readonly vector?: number
}

/** Candidates with what is known of them, in one order. */
export interface Candidates {
  readonly candidates: readonly Candidate[]
  readonly signs: Signs
  readonly weights: Weights
  /** What went wrong on the way without stopping the search. */
  readonly notes: readonly string[]
}

export interface Ranked {
  readonly ranked: readonly { readonly passage: Passage; readonly score: number }[]
  readonly notes: readonly string[]
}

interface HybridWork {
  readonly queries: readonly QueryInCollection[]
  readonly leg: LegRequest
}

/** The best `leg.limit` and a few more, with scores from 0 to 1. */
export async function rankHybrid(ground: SearchGround, request: SearchRequest, work: HybridWork): Promise<Ranked> {
  const { candidates, signs, weights, notes } = await gatherCandidates(ground, request, work)
  const best = weigh(signs, weights)
    .flatMap((score, at) => {
      const candidate = candidates[at]
      return candidate ? [{ candidate, score }] : []
    })
    .sort((left, right) => right.score - left.score || right.candidate.document - left.candidate.document)
    .slice(0, Math.max(work.leg.limit, ground.reranker ? mostReranked : 0))
  const passages = await readPassages(
    ground.db,
    request.workspace,
    best.map(({ candidate }) => candidate),
  )
  const ranked = best.flatMap(({ candidate, score }) => {
    const passage = passages.get(chunkKey(candidate))
    return passage ? [{ passage, score }] : []
  })
  return { ranked, notes }
}

export async function gatherCandidates(ground: SearchGround, request: SearchRequest, { queries, leg }: HybridWork): Promise<Candidates> {
  const deep = { ...leg, limit: Math.max(candidatesPerLeg, leg.limit) }
  const rarity = new Map<string, number>()
  const found: Candidate[] = []
  const weighings: Weights[] = []
  const notes = new Set<string>()
  for (const query of queries) {
    const legs = await legsOf(ground, request, { query, leg: deep })
    found.push(...legs.candidates)
    weighings.push(legs.weights)
    if (legs.note !== undefined) notes.add(legs.note)
    for (const [word, idf] of legs.rarity) rarity.set(word, Math.max(rarity.get(word) ?? 0, idf))
  }
  const known = await withProfiles(ground, request, best(found, deep.limit))
  return {
    candidates: known,
    notes: [...notes],
    signs: signsOf(rarity, known),
    weights: weighings.length === 1 && weighings[0] ? weighings[0] : defaultWeights(weighings.some(({ vector }) => vector > 0)),
  }
}

async function withProfiles(
  { db }: SearchGround,
  { workspace }: SearchRequest,
  candidates: readonly Candidate[],
): Promise<readonly (Candidate & { readonly profile: Profile })[]> {
  const byKey = new Map(candidates.map((candidate) => [chunkKey(candidate), candidate]))
  const profiles = await profilesOf(db, [...byKey.keys()], (missing) =>
    readTexts(
      db,
      workspace,
      missing.flatMap((key) => byKey.get(key) ?? []),
    ),
  )
  return [...byKey].flatMap(([key, candidate]) => {
    const profile = profiles.get(key)
    return profile ? [{ ...candidate, profile }] : []
  })
}

/** The best of each leg where they bring more than are looked at closely. */
function best(candidates: readonly Candidate[], most: number): readonly Candidate[] {
  if (candidates.length <= most) return candidates
  const byWords = candidates.toSorted((left, right) => right.words - left.words).slice(0, most)
  const byVector = candidates
    .filter(({ vector }) => vector !== undefined)
    .toSorted((left, right) => (right.vector ?? 0) - (left.vector ?? 0))
    .slice(0, most)
  return [...new Set([...byWords, ...byVector])]
}

interface Legs {
  readonly candidates: readonly Candidate[]
  readonly rarity: QueryWords
  readonly weights: Weights
  readonly note?: string
}

async function legsOf(
  ground: SearchGround,
  request: SearchRequest,
  { query, leg }: { readonly query: QueryInCollection; readonly leg: LegRequest },
): Promise<Legs> {
  const { collection, words } = query
  const { found, rarity } = await searchKeyword(ground.db, collection, { ...leg, words })
  const byWords = found.map(({ document, ordinal, score }) => ({ collection, document, ordinal, words: score }))
  const lexical: Legs = { rarity, candidates: byWords, weights: collection.weights ?? defaultWeights(false) }
  try {
    const embedder = await ground.embedders.find(collection.embedder)
    const scarce = found.length < request.topK
    if (!embedder || (!embedder.semantic && !scarce)) return lexical
    const near = await nearest(ground, collection, { embedder, leg, query: request.query, found })
    return {
      rarity,
      weights: await weightsWith(ground, collection, embedder),
      candidates: merge(byWords, near, { collection, group: leg.group }),
    }
  } catch (error) {
    ground.signal.throwIfAborted()
    if (!(error instanceof Fault) || error.code !== 'unavailable') throw error
    return { ...lexical, note: `Searched by words alone: ${error.message}` }
  }
}

/** Of vectors that know letters only: they fill up a short list, and hardly move what words have found. */
const lexicalShare = 0.02

async function weightsWith({ db, signal }: SearchGround, collection: Collection, embedder: Embedder): Promise<Weights> {
  if (!embedder.semantic) return withShare(collection.weights ?? defaultWeights(false), 'vector', lexicalShare)
  return collection.weights ?? defaultWeights(true, await trustIn(db, collection, { embedder, signal }))
}

/** What the vector leg finds, and the cosines of what the words found besides. */
async function nearest(
  { db, signal }: SearchGround,
  collection: Collection,
  {
    embedder,
    leg,
    query,
    found,
  }: { readonly embedder: Embedder; readonly leg: LegRequest; readonly query: string; readonly found: readonly Scored[] },
): Promise<readonly Scored[]> {
  const [vector = new Float32Array()] = await embedder.embed([query], signal, 'query')
  const near = await searchVector(db, collection, { ...leg, vector })
  const reached = new Set(near.map(chunkKey))
  const others = found.filter((scored) => !reached.has(chunkKey(scored)))
  return [...near, ...(await scoreChunks(db, collection, { vector, chunks: others }))]
}

/** One candidate for each result; it keeps the chunk that the words found. */
function merge(
  byWords: readonly Candidate[],
  near: readonly Scored[],
  { collection, group }: Pick<LegRequest, 'group'> & { readonly collection: Collection },
): readonly Candidate[] {
  const keyOf = (chunk: Pick<Scored, 'document' | 'ordinal'>): string => (group === 'document' ? String(chunk.document) : chunkKey(chunk))
  const merged = new Map<string, Candidate>(byWords.map((candidate) => [keyOf(candidate), candidate]))
  for (const { document, ordinal, score } of near) {
    const known = merged.get(keyOf({ document, ordinal }))
    const vector = Math.max(known?.vector ?? Number.NEGATIVE_INFINITY, score)
    merged.set(keyOf({ document, ordinal }), { ...(known ?? { collection, document, ordinal, words: 0 }), vector })
  }
  return [...merged.values()]
}
