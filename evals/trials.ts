/** The same cases several times: how often each passes, and how likely all of k tries do (pass^k, Yao et al. 2024). */
import { bootstrap, type Interval, wilson } from './interval.ts'
import { casesOf, type SuiteReport } from './report.ts'

/** One case over all trials. */
export interface TriedCase {
  readonly id: string
  readonly passed: number
  /** Trials in which it was measured; 0: never. */
  readonly measured: number
  readonly why?: string
}

export interface Trials {
  readonly count: number
  readonly cases: readonly TriedCase[]
  /** Ids of the cases that were measured in no trial. */
  readonly unmeasured: readonly string[]
  /** Ids of the cases that passed in some trials and failed in others. */
  readonly unstable: readonly string[]
  /** Share of passed tries among the measured ones, with Wilson's 95 % interval. */
  readonly pass_rate: { readonly value: number; readonly ci95: readonly [number, number] }
  /** For each k: the chance that k tries of a case all pass, mean over cases with a bootstrap interval over cases. */
  readonly pass_hat: Readonly<Record<string, Interval>>
}

/** Undefined for a suite whose cases have no ids. */
export function summariseTrials(reports: readonly Pick<SuiteReport, 'cases'>[]): Trials | undefined {
  const tries = Map.groupBy(reports.flatMap(casesOf), ({ id }) => id)
  if (tries.size === 0) return undefined
  const cases = [...tries].map(([id, all]): TriedCase => {
    const measured = all.filter(({ ok }) => ok !== undefined)
    const why = all.find((one) => one.ok !== true)?.why
    return { id, measured: measured.length, passed: measured.filter(({ ok }) => ok).length, ...(why === undefined ? {} : { why }) }
  })
  const passed = cases.reduce((sum, one) => sum + one.passed, 0)
  const measured = cases.reduce((sum, one) => sum + one.measured, 0)
  return {
    count: reports.length,
    cases,
    unmeasured: cases.filter((one) => one.measured === 0).map(({ id }) => id),
    unstable: cases.filter((one) => one.passed > 0 && one.passed < one.measured).map(({ id }) => id),
    pass_rate: { value: measured === 0 ? 0 : passed / measured, ci95: wilson(passed, measured) },
    pass_hat: passHats(cases, reports.length),
  }
}

function passHats(cases: readonly TriedCase[], count: number): Trials['pass_hat'] {
  const ks = Array.from({ length: count }, (_, at) => at + 1)
  const intervals = ks.flatMap((k) => {
    const chances = cases.filter(({ measured }) => measured >= k).map(({ passed, measured }) => passHat(k, passed, measured))
    return chances.length === 0 ? [] : [[`${k}`, bootstrap(chances)] as const]
  })
  return Object.fromEntries(intervals)
}

/** C(passed, k) / C(tries, k): unbiased for the chance that k tries all pass. */
export function passHat(k: number, passed: number, tries: number): number {
  let chance = 1
  for (let draw = 0; draw < k; draw++) chance *= Math.max(0, passed - draw) / (tries - draw)
  return chance
}
