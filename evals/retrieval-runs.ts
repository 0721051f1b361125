/** Every judged query of a set through search_documents, in one way of searching: what came back, scored, query by query. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { bootstrap, type Interval } from './interval.ts'
import { type Judgements, mean, ndcg, percentile, recall, reciprocalRank } from './ranking.ts'
import type { RetrievalData, RetrievalQuery } from './retrieval-data.ts'
import { callTool, type SuiteGround } from './tool-call.ts'

export const searchModes = ['keyword', 'vector', 'hybrid'] as const
export type SearchMode = (typeof searchModes)[number]

export interface SearchWay {
  readonly collection: string
  readonly mode: SearchMode
  /** Absent: repaired, as everyone's searches are. */
  readonly spelling?: 'repair' | 'off'
}

export interface RetrievalMetrics {
  readonly 'ndcg@10': number
  /** 95 % interval of the mean over queries like these. */
  readonly 'ndcg@10_95': readonly [number, number]
  readonly 'mrr@10': number
  readonly 'recall@1': number
  readonly 'recall@5': number
  readonly 'recall@10': number
  readonly 'recall@20': number
  readonly 'recall@100': number
  /** Of one search with 100 hits, through `invoke`. */
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface Run {
  readonly metrics: RetrievalMetrics
  /** nDCG@10 of each judged query, in order. */
  readonly ndcg: readonly number[]
}

const depth = 100
const found = z.object({ hits: z.array(z.object({ document: z.string(), score: z.number() })) })

/** Queries with a relevant document; the others say nothing about a ranking, as in trec_eval. */
export function judgedQueries({ queries, judgements }: RetrievalData): readonly RetrievalQuery[] {
  const judged = queries.filter(({ _id }) => [...(judgements.get(_id)?.values() ?? [])].some((grade) => grade > 0))
  if (judged.length === 0) throw new Fault('invalid_input', 'No query of this set has a relevant document in qrels.jsonl.')
  return judged
}

/** `queries` may be other words for the set's queries: they are judged by id. */
export async function runQueries(
  ground: SuiteGround,
  { judgements }: RetrievalData,
  {
    queries,
    way,
  }: {
    readonly queries: readonly RetrievalQuery[]
    readonly way: SearchWay
  },
): Promise<Run> {
  const rankings: Ranking[] = []
  for (const query of queries) rankings.push(await rank(ground, { query, way, judged: judgements.get(query._id) ?? new Map() }))
  const perQuery = rankings.map(({ ranked, judged }) => ndcg(ranked, judged, 10))
  return { ndcg: perQuery, metrics: metricsOf(rankings, bootstrap(perQuery)) }
}

interface Ranking {
  readonly ranked: readonly string[]
  readonly judged: Judgements
  readonly ms: number
}

async function rank(
  ground: SuiteGround,
  {
    query,
    way,
    judged,
  }: {
    readonly query: RetrievalQuery
    readonly way: SearchWay
    readonly judged: Judgements
  },
): Promise<Ranking> {
  const { onProgress: _, ...quiet } = ground
  const started = performance.now()
  const { hits } = await callTool(quiet, { tool: 'search_documents', input: { ...way, query: query.text, top_k: depth }, data: found })
  const ms = performance.now() - started
  return { ms, judged, ranked: hits.toSorted(byScore).map(({ document }) => document) }
}

/** Ties by document id, descending, as trec_eval breaks them. */
function byScore(
  left: { readonly document: string; readonly score: number },
  right: { readonly document: string; readonly score: number },
): number {
  if (left.score !== right.score) return right.score - left.score
  return left.document < right.document ? 1 : -1
}

function metricsOf(rankings: readonly Ranking[], interval: Interval): RetrievalMetrics {
  const average = (score: (ranked: readonly string[], judged: Judgements) => number): number =>
    mean(rankings.map(({ ranked, judged }) => score(ranked, judged)))
  const milliseconds = rankings.map(({ ms }) => ms)
  return {
    'ndcg@10': interval.mean,
    'ndcg@10_95': [interval.low, interval.high],
    'mrr@10': average((ranked, judged) => reciprocalRank(ranked, judged, 10)),
    'recall@1': average((ranked, judged) => recall(ranked, judged, 1)),
    'recall@5': average((ranked, judged) => recall(ranked, judged, 5)),
    'recall@10': average((ranked, judged) => recall(ranked, judged, 10)),
    'recall@20': average((ranked, judged) => recall(ranked, judged, 20)),
    'recall@100': average((ranked, judged) => recall(ranked, judged, 100)),
    p50_ms: percentile(milliseconds, 0.5),
    p95_ms: percentile(milliseconds, 0.95),
  }
}
