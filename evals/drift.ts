/** The drift suite: statistics and decisions on batches against a reference, and alarms on labelled streams. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { readCsvFrame } from '../ml/data/csv-frame.ts'
import type { Column, Frame } from '../ml/data/frame.ts'
import type { DriftReport } from '../ml/monitoring/drift.ts'
import { detectDriftOffLoop } from '../ml/monitoring/drift-thread.ts'
import { countLevels, present } from '../ml/monitoring/levels.ts'
import { chiSquare, kolmogorovSmirnov, wasserstein } from '../ml/monitoring/two-sample.ts'
import { watchStream } from '../ml/monitoring/watch-stream.ts'
import { Fault } from '../platform/fault.ts'
import type { SuiteReport } from './report.ts'

export interface DriftOptions {
  /** Folder with reference.csv, current_*.csv and stream_*.csv; golden.json when decisions are to be judged. */
  readonly data: string
  readonly signal: AbortSignal
  readonly onProgress?: (line: string) => void
}

type Values = Readonly<Record<string, number | boolean>>

interface StreamMetrics {
  readonly alarms: readonly number[]
  /** Rows from each change to its alarm; null where none came before the next change. */
  readonly delays: readonly (number | null)[]
  readonly false_alarms: number
  readonly error: number
  readonly same_as_last_error: number
}

export interface DriftSuiteReport extends SuiteReport {
  readonly suite: 'drift'
  readonly metrics: Readonly<Record<string, Readonly<Record<string, Values>> | StreamMetrics>>
}

const goldenSchema = z.object({
  batch: z
    .object({
      scenarios: z.record(
        z.string(),
        z.object({ truly_drifted: z.array(z.string()), columns: z.record(z.string(), z.record(z.string(), z.number().nullable())) }),
      ),
    })
    .optional(),
  streams: z.record(z.string(), z.object({ change_points: z.array(z.number()) })).optional(),
})
type Golden = z.output<typeof goldenSchema>

/** What a stream changes at where golden.json does not say: every 10,000 rows, unless its name says that it does not drift. */
const usualChanges = (name: string, rows: number): readonly number[] =>
  name.includes('no_drift') ? [] : [10_000, 20_000, 30_000].filter((at) => at < rows)

/** Throws `not_found` without reference.csv. */
export async function runDrift({ data, signal, onProgress }: DriftOptions): Promise<DriftSuiteReport> {
  const files = (await readdir(data)).sort()
  if (!files.includes('reference.csv'))
    throw new Fault('not_found', `'${data}' holds no reference.csv. Pass a folder with reference.csv and current_*.csv.`)
  const golden: Golden = files.includes('golden.json')
    ? goldenSchema.parse(JSON.parse(await readFile(join(data, 'golden.json'), 'utf8')))
    : {}
  const reference = await readCsvFrame(join(data, 'reference.csv'), { signal })
  const metrics: Record<string, Record<string, Values> | StreamMetrics> = {}
  const tally = { right: 0, judged: 0, largest: 0 }
  for (const file of files.filter((name) => /^current_.*\.csv$/.test(name))) {
    const name = file.slice('current_'.length, -'.csv'.length)
    const current = await readCsvFrame(join(data, file), { signal })
    const report = await detectDriftOffLoop(reference, current, { signal })
    const columns = batchMetrics(reference, current, report)
    metrics[name] = columns
    const truth = golden.batch?.scenarios[name]
    if (truth) judge(columns, truth, tally)
    onProgress?.(
      `${name}: ${
        Object.keys(columns)
          .filter((column) => columns[column]?.drifted)
          .join(', ') || 'no drift'
      }`,
    )
  }
  for (const file of files.filter((name) => /^stream_.*\.csv$/.test(name))) {
    const name = file.slice('stream_'.length, -'.csv'.length)
    const stream = await readCsvFrame(join(data, file), { signal })
    metrics[`stream_${name}`] = streamMetrics(stream, golden.streams?.[name]?.change_points ?? usualChanges(name, stream.rows))
    onProgress?.(`stream ${name}: ${stream.rows} rows watched`)
  }
  const verdict =
    tally.judged > 0
      ? `${tally.right} of ${tally.judged} decisions are right; PSI and JS distance differ from golden.json by at most ${tally.largest.toExponential(1)}.`
      : `${Object.keys(metrics).length} batches and streams examined; without golden.json there is nothing to judge them by.`
  return { suite: 'drift', data, digest: await digestOf(data, files), metrics, verdict }
}

/** Names as in golden.json; `__joint__` is the classifier over all columns. */
function batchMetrics(reference: Frame, current: Frame, report: DriftReport): Record<string, Values> {
  const columns = report.columns.flatMap((found): [string, Values][] => {
    const before = reference.columns.find(({ name }) => name === found.name)
    const after = current.columns.find(({ name }) => name === found.name)
    if (!before || !after) return []
    const { psi, js, missing_reference: missing_ref, missing_current: missing_cur, drifted } = found
    return [[found.name, { ...ownTest(before, after), psi, js_distance_base2: js, missing_ref, missing_cur, drifted }]]
  })
  const { joint } = report
  return Object.fromEntries([
    ...columns,
    ...(joint ? [['__joint__', { auc: joint.auc, p: joint.p_value, drifted: joint.drifted }] as const] : []),
  ])
}

function ownTest(before: Column, after: Column): Values {
  if (before.type === 'number' && after.type === 'number') {
    const [left, right] = [present(before.values), present(after.values)]
    const { statistic, pValue } = kolmogorovSmirnov(left, right)
    return { ks: statistic, ks_p: pValue, wasserstein: wasserstein(left, right) }
  }
  const counts = countLevels(before, after)
  const { statistic, pValue, degrees } = chiSquare(counts.before, counts.after)
  return { chi2: statistic, chi2_p: pValue, dof: degrees }
}

/** A drift that shows in all columns together counts as found when any column or the classifier says so. */
function judge(
  columns: Readonly<Record<string, Values>>,
  truth: NonNullable<Golden['batch']>['scenarios'][string],
  tally: { right: number; judged: number; largest: number },
): void {
  for (const [name, expected] of Object.entries(truth.columns)) {
    tally.judged++
    if (columns[name]?.drifted === truth.truly_drifted.includes(name)) tally.right++
    for (const key of ['psi', 'js_distance_base2']) {
      const value = columns[name]?.[key]
      const wanted = expected[key]
      if (typeof value === 'number' && typeof wanted === 'number') tally.largest = Math.max(tally.largest, Math.abs(value - wanted))
    }
  }
  const joint = columns.__joint__
  if (!joint) return
  tally.judged++
  if (joint.drifted === truth.truly_drifted.length > 0) tally.right++
}

/** The last column is the label. An alarm answers the latest change before it, once; all others are false. */
function streamMetrics(stream: Frame, changes: readonly number[]): StreamMetrics {
  const target = stream.columns.at(-1)?.name ?? ''
  const { alarms, error, same_as_last } = watchStream(stream, target)
  const answers = changes.map((change, index) => alarms.find((alarm) => alarm >= change && alarm < (changes[index + 1] ?? stream.rows)))
  return {
    alarms,
    delays: answers.map((alarm, index) => (alarm === undefined ? null : alarm - (changes[index] ?? 0))),
    false_alarms: alarms.filter((alarm) => !answers.includes(alarm)).length,
    error,
    same_as_last_error: same_as_last,
  }
}

async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files.filter((name) => /^(reference|current_.*|stream_.*)\.csv$|^golden\.json$/.test(name))) {
    hash.update(file)
    hash.update(await readFile(join(folder, file)))
  }
  return hash.digest('hex')
}
