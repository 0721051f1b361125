/** The retrieval suite: how well search ranks what people judged relevant, by mode, through the tools everyone uses. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { type Judgements, mean, ndcg, percentile, recall, reciprocalRank } from './ranking.ts'
import type { SuiteReport } from './report.ts'
import { type RetrievalData, type RetrievalQuery, readRetrievalData } from './retrieval-data.ts'
import { callTool, type SuiteGround } from './tool-call.ts'

const searchModes = ['keyword', 'vector', 'hybrid'] as const
type SearchMode = (typeof searchModes)[number]

export interface RetrievalMetrics {
  readonly 'ndcg@10': number
  readonly 'mrr@10': number
  readonly 'recall@1': number
  readonly 'recall@5': number
  readonly 'recall@10': number
  readonly 'recall@100': number
  /** Of one search with 100 hits, through `invoke`. */
  readonly p50_ms: number
  readonly p95_ms: number
}

export interface RetrievalReport extends SuiteReport {
  readonly suite: 'retrieval'
  readonly metrics: Readonly<Partial<Record<SearchMode, RetrievalMetrics>>>
}

export interface RetrievalOptions extends SuiteGround {
  /** Folder with corpus.jsonl, queries.jsonl and qrels.jsonl. */
  readonly data: string
  /** Default: all three. */
  readonly modes?: readonly string[]
}

const collection = 'eval-retrieval'
const depth = 100
/** Hybrid may fall this far behind keyword before the verdict says that it harms. */
const tolerance = 0.005

const ingested = z.object({ documents: z.number(), chunks: z.number(), skipped: z.number(), seconds: z.number() })
const found = z.object({ hits: z.array(z.object({ document: z.string(), score: z.number() })) })

/** Queries without a relevant document are left out, as trec_eval does. */
export async function runRetrieval(options: RetrievalOptions): Promise<RetrievalReport> {
  const modes = (options.modes ?? searchModes).map(parseMode)
  const set = await readRetrievalData(options.data)
  const { documents, chunks, skipped, seconds } = await callTool(options, {
    tool: 'ingest_documents',
    input: { path: set.corpus, collection },
    data: ingested,
  })
  options.onProgress?.(`${documents} documents, ${chunks} passages, ${skipped} skipped, in ${seconds.toFixed(1)} s`)
  const metrics: Partial<Record<SearchMode, RetrievalMetrics>> = {}
  for (const mode of modes) {
    metrics[mode] = await measure(options, set, mode)
    options.onProgress?.(`${mode}: nDCG@10 ${metrics[mode]['ndcg@10'].toFixed(4)}`)
  }
  return { suite: 'retrieval', data: options.data, digest: set.digest, metrics, verdict: verdictOf(metrics) }
}

function parseMode(name: string): SearchMode {
  const mode = searchModes.find((known) => known === name)
  if (mode) return mode
  throw new Fault('usage', `There is no search mode '${name}'; there are ${searchModes.join(', ')}.`)
}

async function measure(ground: SuiteGround, { queries, judgements }: RetrievalData, mode: SearchMode): Promise<RetrievalMetrics> {
  const rankings: { readonly ranked: readonly string[]; readonly judged: Judgements; readonly ms: number }[] = []
  for (const query of queries) {
    const judged = judgements.get(query._id)
    if (!judged || ![...judged.values()].some((grade) => grade > 0)) continue
    rankings.push({ judged, ...(await rank(ground, query, mode)) })
  }
  if (rankings.length === 0) throw new Fault('invalid_input', 'No query of this set has a relevant document in qrels.jsonl.')
  const average = (score: (ranked: readonly string[], judged: Judgements) => number): number =>
    mean(rankings.map(({ ranked, judged }) => score(ranked, judged)))
  const milliseconds = rankings.map(({ ms }) => ms)
  return {
    'ndcg@10': average((ranked, judged) => ndcg(ranked, judged, 10)),
    'mrr@10': average((ranked, judged) => reciprocalRank(ranked, judged, 10)),
    'recall@1': average((ranked, judged) => recall(ranked, judged, 1)),
    'recall@5': average((ranked, judged) => recall(ranked, judged, 5)),
    'recall@10': average((ranked, judged) => recall(ranked, judged, 10)),
    'recall@100': average((ranked, judged) => recall(ranked, judged, 100)),
    p50_ms: percentile(milliseconds, 0.5),
    p95_ms: percentile(milliseconds, 0.95),
  }
}

async function rank(
  ground: SuiteGround,
  { text }: RetrievalQuery,
  mode: SearchMode,
): Promise<{ readonly ranked: readonly string[]; readonly ms: number }> {
  const { onProgress: _, ...quiet } = ground
  const started = performance.now()
  const { hits } = await callTool(quiet, { tool: 'search_documents', input: { query: text, collection, top_k: depth, mode }, data: found })
  const ms = performance.now() - started
  return { ms, ranked: hits.toSorted(byScore).map(({ document }) => document) }
}

/** Ties by document id, descending, as trec_eval breaks them. */
function byScore(
  left: { readonly document: string; readonly score: number },
  right: { readonly document: string; readonly score: number },
): number {
  if (left.score !== right.score) return right.score - left.score
  return left.document < right.document ? 1 : -1
}

function verdictOf({ keyword, vector, hybrid }: RetrievalReport['metrics']): string {
  const say = (name: string, metrics: RetrievalMetrics | undefined): string[] =>
    metrics ? [`${name} ${metrics['ndcg@10'].toFixed(3)}`] : []
  const scores = `nDCG@10: ${[...say('keyword', keyword), ...say('vector', vector), ...say('hybrid', hybrid)].join(', ')}`
  if (!keyword || !hybrid) return `${scores}.`
  const difference = hybrid['ndcg@10'] - keyword['ndcg@10']
  if (difference < -tolerance) return `${scores}; hybrid harms by ${(-difference).toFixed(3)}: search this set by keyword.`
  return `${scores}; hybrid ${difference > tolerance ? `helps by ${difference.toFixed(3)}` : 'does not harm'}.`
}
