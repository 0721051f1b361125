/** The eval suites by name: what each reads, and how it runs. A new suite is a file beside this one and an entry here. */
import type { Orchestrator } from '../agents/chat.ts'
import type { Caller } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import { describeTool } from '../tools/description.ts'
import type { Waist } from '../tools/waist.ts'
import type { Scratch } from './injection.ts'
import type { Journal } from './journal.ts'
import type { PlannerFiles } from './planner-data.ts'
import type { SuiteReport } from './report.ts'

export interface SuiteRequest {
  /** Values of the suite's flags, absolute paths where they are paths. */
  readonly flags: Readonly<Record<string, string | undefined>>
  /** A Millrace of its own, empty: suites never write into a workspace that people use. */
  readonly waist: Waist
  /** The chat over it, with the configured model. */
  readonly chat: () => Promise<Orchestrator>
  /** Fills a workspace of it with the sample data. */
  readonly sample: (workspace: string) => Promise<void>
  /** Another Millrace, under a policy and with foreign servers that the suite chooses. */
  readonly scratch: Scratch
  readonly caller: Caller
  /** Results of cases that take long or cost money: a run that was cut does not repeat them. */
  readonly journal: Journal
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
    about: 'the offline planner (--data: requests.jsonl and world.json, or folders of these; --tools, --predictions; --rename N draws)',
    paths: ['requests', 'world', 'tools', 'predictions', 'data'],
    words: ['rename'],
    run: async ({ flags, waist, signal }) => {
      const { requests, world, predictions, tools, rename } = flags
      const inside = (name: string): string => `${needed(flags, 'data')}/${name}`
      const folder = requests === undefined && world === undefined
      const files = (): PlannerFiles => ({ requests: requests ?? inside('requests.jsonl'), world: world ?? inside('world.json') })
      return (await import('./planner.ts')).runPlanner({
        data: folder ? needed(flags, 'data') : files(),
        signal,
        catalogue: waist.catalogue.list().map((tool) => ({ ...describeTool(tool), effect: tool.effect })),
        ...(rename === undefined ? {} : { draws: count('rename', rename) }),
        ...(tools === undefined ? {} : { tools }),
        ...(predictions === undefined ? {} : { out: predictions }),
      })
    },
  },
  toolpick: {
    about: 'the right tool of any catalogue, or none (--data: a file of cases as the Berkeley leaderboard has them, or a folder of such)',
    paths: ['data'],
    words: [],
    run: async ({ flags, signal }) => (await import('./toolpick.ts')).runToolpick({ data: needed(flags, 'data'), signal }),
  },
  injection: {
    about:
      'orders of others in documents, cells and tool results, and an adversary that obeys them (--data: file of {id, text, expect}, one a line)',
    paths: ['data'],
    words: [],
    run: async ({ flags, scratch, caller, signal, onProgress }) =>
      (await import('./injection.ts')).runInjection({ data: flags.data, scratch, caller, signal, onProgress }),
  },
  trajectory: {
    about: 'the calls a chat really makes: match by mode, end state (--data: file of {input, calls, mode}, one a line)',
    paths: ['data'],
    words: [],
    run: async ({ flags, ...request }) => (await import('./trajectory.ts')).runTrajectory({ ...request, data: needed(flags, 'data') }),
  },
}

function count(name: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 0 || number > 100)
    throw new Fault('usage', `--${name} ${value} is not a whole number from 0 to 100.`)
  return number
}

function needed(flags: SuiteRequest['flags'], name: string): string {
  const value = flags[name]
  if (value === undefined)
    throw new Fault('usage', `This suite wants --${name} PATH. What is read there: millrace eval, without a suite, says so for each.`)
  return value
}

const words = (value: string): readonly string[] =>
  value
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
