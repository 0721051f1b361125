/** Whose rankings agree best with what people judged relevant: nDCG@10 of ours by mode and of every peer, set up its best way. */
import { mean, ndcg } from '../../evals/ranking.ts'
import type { Ground } from '../ground.ts'
import { rounded } from '../latency.ts'
import type { BenchCollection } from './collection.ts'
import type { Contestant, Peer } from './contestant.ts'
import { ingestDocuments, ownContestants, readPassages } from './millrace.ts'
import { peers } from './peers.ts'

export interface Quality {
  readonly documents: number
  readonly passages: number
  readonly queries: number
  readonly millrace: Readonly<Record<string, number>>
  readonly peers: Readonly<Record<string, { readonly 'ndcg@10': number; readonly best: string }>>
  /** nDCG@10 of our default mode over the best peer's. */
  readonly ratio: number
  readonly best_peer: string
  readonly passed: boolean
}

const depth = 10

export async function compareQuality(ground: Ground, collection: BenchCollection): Promise<Quality> {
  const name = `quality-${collection.name}`.toLowerCase()
  const { chunks } = await ingestDocuments(ground, { collection: name, documents: collection.documents })
  const millrace: Record<string, number> = {}
  for (const { mode, through, contestant } of ownContestants(ground, name)) {
    if (through === 'invoke') millrace[mode] = await score(contestant, collection)
  }
  const passages = await readPassages(ground, name)
  const scores: Record<string, { 'ndcg@10': number; best: string }> = {}
  for (const peer of peers) {
    scores[peer.name] = await bestVariant(peer, collection, peer.vectors ? passages : collection.documents)
    console.error(`${collection.name}: ${peer.name} ${scores[peer.name]?.['ndcg@10']}`)
  }
  const [[bestPeer, best] = ['', { 'ndcg@10': Number.NaN }]] = Object.entries(scores).sort(
    ([, left], [, right]) => right['ndcg@10'] - left['ndcg@10'],
  )
  const ours = millrace.hybrid ?? Number.NaN
  console.error(`${collection.name}: millrace ${JSON.stringify(millrace)}, best peer ${bestPeer}`)
  return {
    documents: collection.documents.length,
    passages: chunks,
    queries: collection.queries.length,
    millrace,
    peers: scores,
    ratio: rounded(ours / best['ndcg@10']),
    best_peer: bestPeer,
    passed: ours >= best['ndcg@10'],
  }
}

async function bestVariant(
  { variants }: Peer,
  collection: BenchCollection,
  documents: BenchCollection['documents'],
): Promise<{ 'ndcg@10': number; best: string }> {
  const tried: { 'ndcg@10': number; best: string }[] = []
  for (const { about, open } of variants) tried.push({ 'ndcg@10': await score(await open(documents), collection), best: about })
  return tried.reduce((best, one) => (one['ndcg@10'] > best['ndcg@10'] ? one : best))
}

async function score({ search }: Contestant, { queries }: BenchCollection): Promise<number> {
  const scores: number[] = []
  for (const { text, judged } of queries) scores.push(ndcg(await search(text, depth), judged, depth))
  return Math.round(mean(scores) * 1e5) / 1e5
}
