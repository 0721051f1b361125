/** One eval run: a suite's trials, each kept as it ends, then the baseline, the gate and the stored report. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { type Comparison, compare } from './comparison.ts'
import { type Journal, openJournal } from './journal.ts'
import { meanMetrics, worseMetrics } from './metrics.ts'
import type { SuiteReport } from './report.ts'
import type { Suite, SuiteRequest } from './suites.ts'
import { summariseTrials, type Trials } from './trials.ts'

export interface EvalRun extends SuiteReport {
  readonly id: string
  readonly started: string
  readonly seconds: number
  /** Cases that could not be measured: apart from those that failed. */
  readonly unmeasured: readonly string[]
  readonly trials?: Trials
  readonly comparison?: Comparison
  readonly gate: Gate
}

export interface Gate {
  readonly met: boolean
  /** One sentence each; empty when it is met. */
  readonly reasons: readonly string[]
}

export interface EvalOptions {
  readonly suite: Suite
  readonly name: string
  readonly request: Omit<SuiteRequest, 'journal'>
  /** Under which the report is kept: letters, digits, . _ - */
  readonly id: string
  /** Where reports are kept. */
  readonly folder: string
  readonly trials: number
  /** Id of a kept report, or a path of one. */
  readonly baseline?: string | undefined
  /** How much worse than the baseline is still as good. */
  readonly tolerance: number
}

/** A run with the id of one that was cut goes on where it stopped. Throws `not_found` for a baseline that is not there. */
export async function runEval(options: EvalOptions): Promise<EvalRun> {
  const { suite, name, request, id, folder, trials } = options
  if (!/^[\w.-]{1,100}$/.test(id)) throw new Fault('usage', `'${id}' cannot name a report. Use letters, digits, dots, _ and -.`)
  const before = options.baseline === undefined ? undefined : await readReport(folder, options.baseline)
  const started = new Date()
  const partial = join(folder, `${id}.partial.jsonl`)
  const journal = await openJournal(partial, { suite: name, flags: request.flags, trials })
  const reports: SuiteReport[] = []
  for (let trial = 1; trial <= trials; trial++) {
    request.signal.throwIfAborted()
    reports.push(await tried(suite, journal, { request, trial }))
    if (trials > 1) request.onProgress(`trial ${trial} of ${trials}: ${reports.at(-1)?.verdict ?? ''}`)
  }
  const report = { ...summary(reports), ...judge(reports, before, options) }
  const run = { id, started: started.toISOString(), seconds: (Date.now() - started.getTime()) / 1000, ...report }
  await writeReport(folder, run)
  await rm(partial, { force: true })
  return run
}

async function tried(
  suite: Suite,
  journal: Journal,
  { request, trial }: { readonly request: EvalOptions['request']; readonly trial: number },
) {
  const key = `report ${trial}`
  const known = reportSchema.safeParse(journal.recall(key)).data
  if (known !== undefined) return known
  const own: Journal = {
    recall: (inner) => journal.recall(`${trial} ${inner}`),
    keep: (inner, value) => journal.keep(`${trial} ${inner}`, value),
  }
  const report = await suite.run({ ...request, journal: own })
  await journal.keep(key, report)
  return report
}

function summary(reports: readonly SuiteReport[]): SuiteReport & Pick<EvalRun, 'unmeasured' | 'trials'> {
  const [first] = reports
  if (first === undefined) throw new Fault('usage', 'A run has at least one trial.')
  const trials = summariseTrials(reports)
  return {
    ...first,
    metrics: reports.length === 1 ? first.metrics : meanMetrics(reports.map(({ metrics }) => metrics)),
    unmeasured: trials?.unmeasured ?? [],
    ...(trials ? { trials } : {}),
  }
}

function judge(
  reports: readonly SuiteReport[],
  before: StoredReport | undefined,
  { tolerance }: Pick<EvalOptions, 'tolerance'>,
): Pick<EvalRun, 'comparison' | 'gate'> {
  const broken = [...new Set(reports.flatMap((report) => report.broken ?? []))]
  if (before === undefined) return { gate: { met: broken.length === 0, reasons: broken } }
  const now = summary(reports)
  if (before.suite !== now.suite || before.digest !== now.digest) {
    const other = `The baseline ${before.id} is of ${before.suite} on other data: it cannot be compared with this run.`
    return { gate: { met: false, reasons: [...broken, other] } }
  }
  const comparison = compare(before.id, before.trials?.cases ?? [], now.trials?.cases ?? [])
  const noisy = (before.trials?.unstable.length ?? 0) + (now.trials?.unstable.length ?? 0) > 0
  const worse = comparison ? worseCases(comparison, tolerance, noisy) : worseMetrics(before.metrics, now.metrics, tolerance)
  const reasons = [...broken, ...worse]
  return { ...(comparison ? { comparison } : {}), gate: { met: reasons.length === 0, reasons } }
}

/** Where cases pass by chance, a drop counts only if chance does not explain it. */
function worseCases({ difference, worse, baseline }: Comparison, tolerance: number, noisy: boolean): readonly string[] {
  if (difference.mean >= -tolerance || (noisy && difference.high >= 0)) return []
  const named = worse.slice(0, 5).join(', ')
  return [`The pass rate fell by ${(-difference.mean).toFixed(4)} against ${baseline}; worse: ${named}${worse.length > 5 ? ', …' : ''}.`]
}

const triedSchema = z.object({ id: z.string(), passed: z.number(), measured: z.number(), why: z.string().exactOptional() })

const reportSchema = z.looseObject({
  suite: z.string(),
  data: z.string(),
  digest: z.string(),
  metrics: z.looseObject({}),
  cases: z.array(z.unknown()).exactOptional(),
  verdict: z.string(),
  broken: z.array(z.string()).exactOptional(),
})

const storedSchema = reportSchema.extend({
  id: z.string(),
  trials: z.looseObject({ cases: z.array(triedSchema), unstable: z.array(z.string()) }).optional(),
})

type StoredReport = z.infer<typeof storedSchema>

async function readReport(folder: string, baseline: string): Promise<StoredReport> {
  const path = baseline.endsWith('.json') ? baseline : join(folder, `${baseline}.json`)
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new Fault('not_found', `There is no report ${path}. Run the suite with --name ${baseline} first, or give a report's path.`, {
      cause: error,
    })
  })
  try {
    return storedSchema.parse(JSON.parse(text))
  } catch (error) {
    throw new Fault('invalid_input', `${path} is not a report of an eval run. Give one written by millrace eval.`, { cause: error })
  }
}

/** Whole or not at all. */
async function writeReport(folder: string, run: EvalRun): Promise<void> {
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${run.id}.json`)
  await writeFile(`${path}.new`, `${JSON.stringify(run, null, 1)}\n`)
  await rename(`${path}.new`, path)
}
