/** The tabular suite: every algorithm on every table of a folder, cross-validated on the folder's own folds, beside known scores. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { readCsvFrame } from '../ml/data/csv-frame.ts'
import type { Frame } from '../ml/data/frame.ts'
import type { Metrics } from '../ml/evaluation/metrics.ts'
import { algorithmNamed, algorithmNames } from '../ml/models/algorithms.ts'
import { Fault } from '../platform/fault.ts'
import type { SuiteReport } from './report.ts'
import { outcomeOf } from './tabular-folds.ts'

const schemaFile = z.record(
  z.string(),
  z.object({
    file: z.string(),
    target: z.string(),
    task: z.enum(['binary', 'multiclass', 'regression']),
    categorical: z.array(z.string()).default([]),
  }),
)
type TableSchema = z.infer<typeof schemaFile>[string]

const splitsFile = z.object({ fold: z.array(z.number()) })

const spread = z.object({ mean: z.number(), sd: z.number() })
const baselinesFile = z.record(z.string(), z.looseObject({ models: z.record(z.string(), z.record(z.string(), z.unknown())).optional() }))
type Baselines = z.infer<typeof baselinesFile>

export interface TabularOptions {
  /** Folder with schema.json, the tables it names, splits/<table>.json and, if there is one, baselines.json. */
  readonly data: string
  /** Tables to run; all when absent. */
  readonly only?: readonly string[]
  /** Algorithms to run where they fit the task, auto among them; all but auto when absent. */
  readonly algorithms?: readonly string[]
  readonly signal: AbortSignal
  readonly onProgress?: (line: string) => void
}

export interface TabularCase {
  readonly set: string
  readonly algorithm: string
  /** What is compared: roc_auc for two classes, accuracy for more, r2 for numbers. */
  readonly metric: string
  readonly value: number
  /** The reference library's mean and standard deviation over the same folds; null where there is none. */
  readonly baseline: { readonly model: string; readonly mean: number; readonly sd: number } | null
  /** Not worse than the baseline by more than .005 or one standard deviation. */
  readonly close: boolean | null
}

export interface TabularReport extends SuiteReport {
  readonly suite: 'tabular'
  /** By table and algorithm: the metrics, `fit_seconds` (median of the folds) and `delta` (value minus baseline, of the case's metric). */
  readonly metrics: Readonly<Record<string, Measured>>
  readonly cases: readonly TabularCase[]
}

/** The reference models that stand beside ours. */
const counterparts: Readonly<Record<string, readonly string[]>> = {
  gradient_boosting: ['lightgbm', 'hist_gb'],
  logistic: ['logreg'],
  linear: ['ridge', 'linear'],
}

const headline = { binary: 'roc_auc', multiclass: 'accuracy', regression: 'r2' } as const

/** Throws `invalid_input` when the folder is not of this shape, `not_found` for a table that it does not name. */
export async function runTabular(options: TabularOptions): Promise<TabularReport> {
  const { data } = options
  const hash = createHash('sha256')
  const schema = await readJson(join(data, 'schema.json'), schemaFile, hash)
  const baselines = await readJson(join(data, 'baselines.json'), baselinesFile).catch(() => ({}))
  const run = {
    ...options,
    named: options.algorithms !== undefined,
    hash,
    baselines,
    algorithms: options.algorithms?.map(known) ?? algorithmNames,
  }
  const metrics: Record<string, Measured> = {}
  const cases: TabularCase[] = []
  for (const name of chosen(Object.keys(schema), options.only)) {
    const table = schema[name]
    if (table === undefined) continue
    const results = await runTable(name, table, run)
    metrics[name] = Object.fromEntries(results.map(({ scored, measured }) => [scored.algorithm, measured]))
    cases.push(...results.map(({ scored }) => scored))
  }
  return { suite: 'tabular', data, digest: hash.digest('hex'), metrics, cases, verdict: verdictOf(cases) }
}

type Measured = Readonly<Record<string, Readonly<Record<string, number | null>>>>

interface TabularRun extends Omit<TabularOptions, 'algorithms'> {
  /** Whether the caller named the algorithms. */
  readonly named: boolean
  readonly hash: ReturnType<typeof createHash>
  readonly baselines: Baselines
  readonly algorithms: readonly string[]
}

interface Result {
  readonly scored: TabularCase
  readonly measured: Measured[string]
}

/** Throws `not_found` with the names there are. */
function known(name: string): string {
  return name === 'auto' ? name : algorithmNamed(name).name
}

const canDo = (algorithm: string, task: TableSchema['task']): boolean =>
  algorithm === 'auto' || algorithmNamed(algorithm).tasks.includes(task)

async function runTable(name: string, table: TableSchema, run: TabularRun): Promise<readonly Result[]> {
  const read = await readTable(name, table, run)
  const results: Result[] = []
  for (const algorithm of run.algorithms.filter((each) => canDo(each, table.task))) {
    const outcome = await outcomeOf(algorithm, { ...read, table, signal: run.signal }).catch((error: unknown) => {
      /** A network for pictures has nothing to say about other tables, unless it was asked for. */
      if (run.named || !(error instanceof Fault) || error.code !== 'invalid_input') throw error
      run.onProgress?.(`${name} ${algorithm}: ${error.message}`)
    })
    if (outcome === undefined) continue
    const scored = caseOf({ name, table, algorithm, metrics: outcome.metrics, baselines: run.baselines })
    const delta = scored.baseline === null ? null : scored.value - scored.baseline.mean
    results.push({ scored, measured: { ...outcome.metrics, fit_seconds: median(outcome.seconds), delta } })
    const ahead = delta === null ? '' : ` (${delta >= 0 ? '+' : ''}${delta.toFixed(4)})`
    run.onProgress?.(`${name} ${algorithm}: ${scored.metric} ${scored.value.toFixed(4)}${ahead}`)
  }
  return results
}

function chosen(names: readonly string[], only: readonly string[] | undefined): readonly string[] {
  const strange = only?.find((name) => !names.includes(name))
  if (strange !== undefined) throw new Fault('not_found', `schema.json names no table '${strange}'. It names ${names.join(', ')}.`)
  return only ?? names
}

async function readJson<S extends z.ZodType>(path: string, schema: S, hash?: ReturnType<typeof createHash>): Promise<z.output<S>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Fault('not_found', `There is no file ${path}. The tabular suite reads a folder with schema.json, tables and splits.`, {
      cause,
    })
  })
  hash?.update(text)
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Fault(
      'invalid_input',
      `${path} is not of the expected shape: ${cause instanceof z.ZodError ? z.prettifyError(cause) : 'it is not JSON'}.`,
      { cause },
    )
  }
}

/** The table with its folds as one more column; without splits the engine makes folds of its own. */
async function readTable(
  name: string,
  table: TableSchema,
  { data, hash, signal }: TabularRun,
): Promise<{ readonly frame: Frame; readonly foldColumn?: string }> {
  const path = join(data, basename(table.file))
  const frame = await readCsvFrame(path, { categorical: table.categorical, signal })
  hash.update(await readFile(path))
  const splits = await readJson(join(data, 'splits', `${basename(name)}.json`), splitsFile, hash).catch((error: unknown) => {
    if (error instanceof Fault && error.code === 'not_found') return undefined
    throw error
  })
  if (splits === undefined) return { frame }
  if (splits.fold.length !== frame.rows)
    throw new Fault('invalid_input', `splits/${name}.json has ${splits.fold.length} folds for the ${frame.rows} rows of ${table.file}.`)
  const foldColumn = freeName(frame)
  const column = { name: foldColumn, type: 'number', values: Float64Array.from(splits.fold) } as const
  return { frame: { rows: frame.rows, columns: [...frame.columns, column] }, foldColumn }
}

function freeName(frame: Frame): string {
  let name = 'fold'
  while (frame.columns.some((column) => column.name === name)) name += '_'
  return name
}

function caseOf(from: {
  readonly name: string
  readonly table: TableSchema
  readonly algorithm: string
  readonly metrics: Metrics
  readonly baselines: Baselines
}): TabularCase {
  const { name, table, algorithm, metrics, baselines } = from
  const metric = headline[table.task]
  const value = metrics[metric] ?? Number.NaN
  const models = baselines[name]?.models ?? {}
  const model = (counterparts[algorithm] ?? [algorithm]).find((each) => each in models)
  const known = model === undefined ? undefined : spread.safeParse(models[model]?.[metric])
  const baseline = model !== undefined && known?.success ? { model, ...known.data } : null
  const close = baseline === null ? null : value >= baseline.mean - Math.max(0.005, baseline.sd)
  return { set: name, algorithm, metric, value, baseline, close }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function verdictOf(cases: readonly TabularCase[]): string {
  const compared = cases.filter(({ close }) => close !== null)
  const behind = compared.filter(({ close }) => close === false).map(({ set, algorithm }) => `${algorithm} on ${set}`)
  if (compared.length === 0) return `${cases.length} scores, none with a baseline to compare with.`
  return behind.length === 0
    ? `passed: all ${compared.length} scores that have a baseline are within .005 or one standard deviation of it, or better.`
    : `failed: ${behind.length} of ${compared.length} scores are behind their baseline: ${behind.join(', ')}.`
}
