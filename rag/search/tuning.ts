/**
 * A collection's own weights, where people have judged what its queries should find. Every number told is cross-fitted: no query
 * is scored by weights that saw its judgements. Weights that win nothing on queries left out are not taken.
 */
import { setImmediate as breathe } from 'node:timers/promises'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import type { Collection } from '../index/collections.ts'
import { gatherCandidates } from './hybrid.ts'
import { chunkKey, readPassages } from './passages.ts'
import { readQuery } from './query.ts'
import { type Signs, weigh } from './refine.ts'
import { scopeOf } from './scope.ts'
import type { SearchGround } from './search.ts'
import { defaultWeights, type Sign, signNames, type Weights, withShare } from './weights.ts'

export interface JudgedQuery {
  readonly query: string
  /** Above 0 is relevant; by document id. */
  readonly grades: ReadonlyMap<string, number>
}

export interface Tuned {
  readonly queries: number
  /** nDCG@10 with the default weights. */
  readonly default: number
  /** nDCG@10 of each query with weights fitted on the others. */
  readonly crossFitted: number
  /** What the collection gets: fitted on all, or the defaults where fitting wins nothing. */
  readonly weights: Weights
}

/** Candidates of a judged query, ready to be weighed over and over. */
export interface Sample {
  readonly signs: Signs
  /** Of each candidate. */
  readonly gains: readonly number[]
  /** Discounted gain of the best possible order. */
  readonly ideal: number
}

const folds = 5
const fewestQueries = 20
const depth = 10

/** Throws `invalid_input` for too few judged queries to learn from. */
export async function tune(ground: SearchGround, collection: Collection, judged: readonly JudgedQuery[]): Promise<Tuned> {
  const useful = judged.filter(({ grades }) => [...grades.values()].some((grade) => grade > 0))
  if (useful.length < fewestQueries) {
    throw new Fault(
      'invalid_input',
      `Tuning needs ${fewestQueries} queries with a relevant document or more, and there are ${useful.length}. Judge some more.`,
    )
  }
  const start = defaultWeights((await ground.embedders.find(collection.embedder))?.semantic ?? false)
  const samples: Sample[] = []
  for (const query of useful) samples.push(await sampleOf(ground, collection, query))
  const before = meanNdcg(samples, start)
  const crossFitted = await crossFit(samples, start, ground.signal)
  const wins = crossFitted > before
  return { queries: useful.length, default: before, crossFitted, weights: wins ? await fitWeights(samples, start, ground.signal) : start }
}

/** Writes the weights; null brings the defaults back. */
export async function setWeights(
  tx: Queryable,
  { workspace, key }: Pick<Collection, 'workspace' | 'key'>,
  weights: Weights | null,
): Promise<void> {
  await tx.query('update collections set weights = $3::jsonb where workspace = $1 and key = $2', [
    workspace,
    key,
    weights === null ? null : JSON.stringify(weights),
  ])
}

async function sampleOf(ground: SearchGround, collection: Collection, { query, grades }: JudgedQuery): Promise<Sample> {
  ground.signal.throwIfAborted()
  const request = { workspace: collection.workspace, query, topK: depth, mode: 'hybrid', group: 'document' } as const
  const { candidates, signs } = await gatherCandidates(ground, request, {
    queries: [await readQuery(ground.db, collection, request)],
    leg: { scope: scopeOf({}), group: 'document', limit: depth },
  })
  const passages = await readPassages(ground.db, collection.workspace, candidates)
  const best = [...grades.values()].filter((grade) => grade > 0).toSorted((left, right) => right - left)
  return {
    signs,
    gains: candidates.map((candidate) => Math.max(0, grades.get(passages.get(chunkKey(candidate))?.document ?? '') ?? 0)),
    ideal: discounted(best.slice(0, depth)),
  }
}

const discounted = (gains: readonly number[]): number => gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0)

/** Linear gains (Järvelin & Kekäläinen 2002), mean over the samples. */
export function meanNdcg(samples: readonly Sample[], weights: Weights): number {
  return samples.reduce((sum, sample) => sum + ndcg(sample, weights), 0) / Math.max(1, samples.length)
}

function ndcg({ signs, gains, ideal }: Sample, weights: Weights): number {
  const ranked = weigh(signs, weights)
    .map((score, at) => ({ score, gain: gains[at] ?? 0 }))
    .sort((left, right) => right.score - left.score)
  return ideal > 0 ? discounted(ranked.slice(0, depth).map(({ gain }) => gain)) / ideal : 0
}

async function crossFit(samples: readonly Sample[], start: Weights, signal: AbortSignal): Promise<number> {
  let sum = 0
  for (let fold = 0; fold < folds; fold++) {
    const inFold = (_: Sample, at: number): boolean => at % folds === fold
    const held = samples.filter(inFold)
    const weights = await fitWeights(
      samples.filter((sample, at) => !inFold(sample, at)),
      start,
      signal,
    )
    sum += meanNdcg(held, weights) * held.length
  }
  return sum / samples.length
}

const shares = [0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8]
const rounds = 3
/** A step must win this much: smaller gains are chance, and the defaults are a good place to stay. */
const leastGain = 0.001

/** Coordinate ascent from the defaults: one sign's share is changed at a time, the others keep their balance. */
async function fitWeights(samples: readonly Sample[], start: Weights, signal: AbortSignal): Promise<Weights> {
  const movable = signNames.filter((sign) => sign !== 'words' && samples.some(({ signs }) => signs[sign].some((value) => value > 0)))
  let weights = start
  let best = meanNdcg(samples, weights)
  for (let round = 0; round < rounds; round++) {
    const before = best
    for (const sign of movable) {
      const found = await bestShare(samples, weights, sign)
      signal.throwIfAborted()
      if (found.score < best + leastGain) continue
      weights = found.weights
      best = found.score
    }
    if (best === before) break
  }
  return weights
}

async function bestShare(
  samples: readonly Sample[],
  from: Weights,
  sign: Sign,
): Promise<{ readonly weights: Weights; readonly score: number }> {
  let best = { weights: from, score: Number.NEGATIVE_INFINITY }
  for (const share of shares) {
    const weights = withShare(from, sign, share)
    const score = meanNdcg(samples, weights)
    if (score > best.score) best = { weights, score }
    await breathe()
  }
  return best
}
