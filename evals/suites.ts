/** The eval suites by name: what each reads, and how it runs. A new suite is a file beside this one and an entry here. */
import type { Caller } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import { describeTool } from '../tools/description.ts'
import type { Waist } from '../tools/waist.ts'
import type { SuiteReport } from './report.ts'

export interface SuiteRequest {
  /** Values of the suite's flags, absolute paths where they are paths. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** A Millrace of its own, empty: suites never write into a workspace that people use. */
  readonly waist: Waist
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly onProgress: (line: string) => void
}

export interface Suite {
  readonly about: string
  /** Flags that are paths, then flags that are words. */
  readonly paths: readonly string[]
  readonly words: readonly string[]
  /** Flags without a value; given ones are 'true'. */
  readonly switches?: readonly string[]
  run(request: SuiteRequest): Promise<SuiteReport>
}

export const suites: Readonly<Record<string, Suite>> = {
  retrieval: {
    about: 'rankings by mode: nDCG@10, MRR@10, recall, milliseconds (--data: corpus.jsonl, queries.jsonl, qrels.jsonl; --typos, --tune)',
    paths: ['data'],
    words: ['modes'],
    switches: ['typos', 'tune'],
    run: async ({ flags, waist, caller, signal, onProgress }) =>
      (await import('./retrieval.ts')).runRetrieval({
        data: needed(flags, 'data'),
        waist,
        caller,
        signal,
        onProgress,
        typos: flags.typos !== undefined,
        tune: flags.tune !== undefined,
        ...(flags.modes === undefined ? {} : { modes: words(flags.modes) }),
      }),
  },
  answers: {
    about: 'answers: contains, exact match, F1, citations, abstention (--data: the same folder, queries with answers)',
    paths: ['data'],
    words: [],
    run: async ({ flags, waist, caller, signal, onProgress }) =>
      (await import('./answers.ts')).runAnswers({ data: needed(flags, 'data'), waist, caller, signal, onProgress }),
  },
  tabular: {
    about: 'training on given folds against baselines (--data: schema.json, *.csv, splits/*.json)',
    paths: ['data'],
    words: ['only', 'algorithms'],
    run: async ({ flags, signal, onProgress }) =>
      (await import('./tabular.ts')).runTabular({
        data: needed(flags, 'data'),
        signal,
        onProgress,
        ...(flags.only === undefined ? {} : { only: words(flags.only) }),
        ...(flags.algorithms === undefined ? {} : { algorithms: words(flags.algorithms) }),
      }),
  },
  drift: {
    about: 'drift statistics, decisions and false alarms (--data: reference.csv, current_*.csv, golden.json)',
    paths: ['data'],
    words: [],
    run: async ({ flags, signal, onProgress }) =>
      (await import('./drift.ts')).runDrift({ data: needed(flags, 'data'), signal, onProgress }),
  },
  planner: {
    about: 'the offline planner (--requests, --world, --tools, --predictions: files)',
    paths: ['requests', 'world', 'tools', 'predictions', 'data'],
    words: [],
    run: async ({ flags, waist, signal }) => {
      const { data, predictions, tools } = flags
      const requests = flags.requests ?? (data === undefined ? needed(flags, 'requests') : `${data}/requests.jsonl`)
      const world = flags.world ?? (data === undefined ? needed(flags, 'world') : `${data}/world.json`)
      return (await import('./planner.ts')).runPlanner({
        requests,
        world,
        signal,
        catalogue: waist.catalogue.list().map((tool) => ({ ...describeTool(tool), effect: tool.effect })),
        ...(tools === undefined ? {} : { tools }),
        ...(predictions === undefined ? {} : { out: predictions }),
      })
    },
  },
}

function needed(flags: SuiteRequest['flags'], name: string): string {
  const value = flags[name]
  if (value === undefined) throw new Fault('usage', `This suite wants --${name} PATH.`)
  return value
}

const words = (value: string): readonly string[] =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
