/** The retrieval suite: how well search ranks what people judged relevant, by mode, through the tools everyone uses. */
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { bootstrap } from './interval.ts'
import { mean } from './ranking.ts'
import type { SuiteReport } from './report.ts'
import { type RetrievalData, type RetrievalQuery, readRetrievalData } from './retrieval-data.ts'
import { judgedQueries, type RetrievalMetrics, type Run, runQueries, type SearchMode, searchModes } from './retrieval-runs.ts'
import { callTool, type SuiteGround } from './tool-call.ts'
import { withTypos } from './typos.ts'

/** nDCG@10 of hybrid minus keyword over the same queries, with its 95 % interval. */
interface Difference {
  readonly 'ndcg@10': number
  readonly 'ndcg@10_95': readonly [number, number]
}

/** nDCG@10 with one edit for every three words, mean over seeds, against the same queries as they were. */
interface TypoMetrics {
  /** Keyword search of the clean queries and of the mistyped ones, nothing repaired. */
  readonly keyword_clean: number
  readonly keyword: number
  /** With spelling repair. */
  readonly keyword_repaired: number
  readonly hybrid: number
  /** Share of what keyword search loses that is won back. */
  readonly recovered_keyword: number
  readonly recovered_hybrid: number
  /** What repair costs keyword search on the clean queries; negative where it helps. */
  readonly clean_loss: number
}

/** What tuning brings: weights found on some queries, measured on others. */
interface TunedMetrics extends RetrievalTuning {
  readonly weights: Readonly<Record<string, number>>
}

interface RetrievalTuning {
  readonly default: number
  readonly cross_fitted: number
}

export interface RetrievalReport extends SuiteReport {
  readonly suite: 'retrieval'
  readonly metrics: Readonly<Partial<Record<SearchMode, RetrievalMetrics>>> & {
    readonly 'hybrid-keyword'?: Difference
    readonly typos?: TypoMetrics
    readonly tuned?: TunedMetrics
  }
}

export interface RetrievalOptions extends SuiteGround {
  /** Folder with corpus.jsonl, queries.jsonl and qrels.jsonl. */
  readonly data: string
  /** Default: all three. */
  readonly modes?: readonly string[]
  /** Ask the queries with typos as well. */
  readonly typos?: boolean
  /** Fit the collection's weights on the judgements, and say what that brings on queries it was not fitted on. */
  readonly tune?: boolean
}

const collection = 'eval-retrieval'
/** Hybrid may fall this far behind keyword before the verdict says that it harms. */
const tolerance = 0.005
const seeds = [1, 2, 3]

const ingested = z.object({ documents: z.number(), chunks: z.number(), skipped: z.number(), seconds: z.number() })

/** Queries without a relevant document are left out, as trec_eval does. */
export async function runRetrieval(options: RetrievalOptions): Promise<RetrievalReport> {
  const modes = (options.modes ?? searchModes).map(parseMode)
  const set = await readRetrievalData(options.data)
  const queries = judgedQueries(set)
  const { documents, chunks, skipped, seconds } = await callTool(options, {
    tool: 'ingest_documents',
    input: { path: set.corpus, collection },
    data: ingested,
  })
  options.onProgress?.(`${documents} documents, ${chunks} passages, ${skipped} skipped, in ${seconds.toFixed(1)} s`)
  const runs: Partial<Record<SearchMode, Run>> = {}
  for (const mode of modes) {
    runs[mode] = await runQueries(options, set, { queries, way: { collection, mode } })
    options.onProgress?.(`${mode}: nDCG@10 ${runs[mode].metrics['ndcg@10'].toFixed(4)}`)
  }
  const metrics: RetrievalReport['metrics'] = {
    ...Object.fromEntries(Object.entries(runs).map(([mode, run]) => [mode, run.metrics])),
    ...(runs.keyword && runs.hybrid ? { 'hybrid-keyword': differenceOf(runs.hybrid, runs.keyword) } : {}),
    ...(options.typos ? { typos: await measureTypos(options, set, queries) } : {}),
    ...(options.tune ? { tuned: await tune(options, set, queries) } : {}),
  }
  return { suite: 'retrieval', data: options.data, digest: set.digest, metrics, verdict: verdictOf(metrics) }
}

function parseMode(name: string): SearchMode {
  const mode = searchModes.find((known) => known === name)
  if (mode) return mode
  throw new Fault('usage', `There is no search mode '${name}'; there are ${searchModes.join(', ')}.`)
}

function differenceOf(hybrid: Run, keyword: Run): Difference {
  const { mean: difference, low, high } = bootstrap(hybrid.ndcg.map((score, at) => score - (keyword.ndcg[at] ?? 0)))
  return { 'ndcg@10': difference, 'ndcg@10_95': [low, high] }
}

async function measureTypos(ground: SuiteGround, set: RetrievalData, queries: readonly RetrievalQuery[]): Promise<TypoMetrics> {
  const scoreOf = async (asked: readonly RetrievalQuery[], mode: SearchMode, spelling: 'repair' | 'off'): Promise<number> =>
    mean((await runQueries(ground, set, { queries: asked, way: { collection, mode, spelling } })).ndcg)
  const mistyped = seeds.map((seed) => queries.map((query, at) => ({ ...query, text: withTypos(query.text, 1000 * seed + at) })))
  const overSeeds = async (mode: SearchMode, spelling: 'repair' | 'off'): Promise<number> => {
    const scores: number[] = []
    for (const asked of mistyped) scores.push(await scoreOf(asked, mode, spelling))
    return mean(scores)
  }
  const clean = await scoreOf(queries, 'keyword', 'off')
  const keyword = await overSeeds('keyword', 'off')
  const repaired = await overSeeds('keyword', 'repair')
  const hybrid = await overSeeds('hybrid', 'repair')
  const recovered = (score: number): number => (score - keyword) / (clean - keyword)
  ground.onProgress?.(`typos: keyword ${keyword.toFixed(4)}, repaired ${repaired.toFixed(4)}, hybrid ${hybrid.toFixed(4)}`)
  return {
    keyword_clean: clean,
    keyword,
    keyword_repaired: repaired,
    hybrid,
    recovered_keyword: recovered(repaired),
    recovered_hybrid: recovered(hybrid),
    clean_loss: clean - (await scoreOf(queries, 'keyword', 'repair')),
  }
}

const tuned = z.object({ default: z.number(), cross_fitted: z.number(), weights: z.record(z.string(), z.number()) })

async function tune(options: RetrievalOptions, { judgements }: RetrievalData, queries: readonly RetrievalQuery[]): Promise<TunedMetrics> {
  const judged = queries.map(({ _id, text }) => ({ query: text, documents: Object.fromEntries(judgements.get(_id) ?? []) }))
  const result = await callTool(options, { tool: 'tune_search', input: { collection, judgements: judged }, data: tuned })
  options.onProgress?.(`tuned: nDCG@10 ${result.default.toFixed(4)} by default, ${result.cross_fitted.toFixed(4)} on queries left out`)
  return result
}

function verdictOf({ keyword, vector, hybrid, 'hybrid-keyword': difference }: RetrievalReport['metrics']): string {
  const say = (name: string, metrics: RetrievalMetrics | undefined): string[] =>
    metrics ? [`${name} ${metrics['ndcg@10'].toFixed(3)}`] : []
  const scores = `nDCG@10: ${[...say('keyword', keyword), ...say('vector', vector), ...say('hybrid', hybrid)].join(', ')}`
  if (!difference) return `${scores}.`
  const change = difference['ndcg@10']
  if (change < -tolerance) return `${scores}; hybrid harms by ${(-change).toFixed(3)}: search this set by keyword.`
  return `${scores}; hybrid ${change > tolerance ? `helps by ${change.toFixed(3)}` : 'does not harm'}.`
}
