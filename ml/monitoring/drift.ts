/**
 * Has the data changed? Every column is tested on its own, a classifier then looks at all of them together, and
 * Holm's correction keeps a reshuffled sample quiet however many columns there are.
 */
import type { Column, Frame } from '../data/frame.ts'
import { type DomainResult, domainClassifier } from './domain-classifier.ts'
import { judgeLikeEvidently } from './evidently.ts'
import { countLevels, present } from './levels.ts'
import { chiSquare, compareShares, countByDeciles, jensenShannon, kolmogorovSmirnov, populationStability } from './two-sample.ts'

/** auto: Kolmogorov-Smirnov for numbers and chi-square for categories. psi and js judge by size alone, without a test. */
export const driftMethods = ['auto', 'psi', 'js'] as const
export type DriftMethod = (typeof driftMethods)[number]

/** default: as documented here. evidently: the statistics and decisions of Evidently's preset. */
export const driftModes = ['default', 'evidently'] as const

export interface DriftOptions {
  readonly mode?: (typeof driftModes)[number]
  readonly method?: DriftMethod
  /** For auto the chance of a false alarm over all columns together, 0.01 unless told; for psi 0.2, for js 0.1. */
  readonly threshold?: number
  /** Only these columns. */
  readonly columns?: readonly string[]
  /** Whether to look at all columns together as well; true unless told. */
  readonly joint?: boolean
  readonly seed?: number
}

export interface ColumnDrift {
  readonly name: string
  readonly test: 'ks' | 'chi_square' | 'psi' | 'js' | 'missing_rate' | 'type' | 'wasserstein' | 'z'
  readonly statistic: number
  readonly p_value?: number
  /** What the p-value (or for psi and js the statistic) was compared with. */
  readonly threshold: number
  readonly drifted: boolean
  readonly psi: number
  readonly js: number
  readonly missing_reference: number
  readonly missing_current: number
}

export interface DriftReport {
  readonly drifted: boolean
  readonly columns: readonly ColumnDrift[]
  /** How well a classifier tells current rows from reference rows; absent where there are too few. */
  readonly joint?: DomainResult & { readonly threshold: number; readonly drifted: boolean }
  readonly rows: { readonly reference: number; readonly current: number }
  /** Columns that could not be compared, and why. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[]
}

/** Differences smaller than this are of no consequence, however many rows prove them. */
const leastDifference = 0.02
const mostLevels = 1000

/** Compares the columns both frames have, in the reference's order. Heavy for large frames: see `detectDriftOffLoop`. */
export function detectDrift(reference: Frame, current: Frame, options: DriftOptions = {}): DriftReport {
  const { method = 'auto' } = options
  const threshold = options.threshold ?? { auto: 0.01, psi: 0.2, js: 0.1 }[method]
  const wanted = reference.columns.filter(({ name }) => options.columns === undefined || options.columns.includes(name))
  const skipped: { name: string; reason: string }[] = []
  const findings: Finding[] = []
  for (const before of wanted) {
    const after = current.columns.find(({ name }) => name === before.name)
    const reason = reasonToSkip(before, after)
    if (reason !== undefined || after === undefined) skipped.push({ name: before.name, reason: reason ?? 'not in the current data' })
    else findings.push(compare(before, after))
  }
  if (options.mode === 'evidently') return likeEvidently(reference, current, { findings, skipped })
  const columns = method === 'auto' ? judgeByTests(findings, threshold) : findings.map((finding) => judgeBySize(finding, method, threshold))
  const joint =
    (options.joint ?? true) && method === 'auto'
      ? judgeJointly(reference, current, { columns, threshold, seed: options.seed ?? 0 })
      : undefined
  return {
    drifted: columns.some(({ drifted }) => drifted) || joint?.drifted === true,
    columns,
    ...(joint && { joint }),
    rows: { reference: reference.rows, current: current.rows },
    skipped,
  }
}

/** Evidently calls a dataset drifted when half of its columns are; it does not look at them together. */
function likeEvidently(
  reference: Frame,
  current: Frame,
  { findings, skipped }: { readonly findings: readonly Finding[]; readonly skipped: DriftReport['skipped'] },
): DriftReport {
  const columns = findings.flatMap(({ base }): ColumnDrift[] => {
    const before = reference.columns.find(({ name }) => name === base.name)
    const after = current.columns.find(({ name }) => name === base.name)
    return before && after ? [{ ...base, ...judgeLikeEvidently(before, after) }] : []
  })
  const changed = columns.filter(({ drifted }) => drifted).length
  const drifted = columns.length > 0 && changed / columns.length >= 0.5
  return { drifted, columns, rows: { reference: reference.rows, current: current.rows }, skipped }
}

interface Finding {
  readonly base: Pick<ColumnDrift, 'name' | 'psi' | 'js' | 'missing_reference' | 'missing_current'>
  readonly tests: readonly {
    readonly test: ColumnDrift['test']
    readonly statistic: number
    readonly pValue: number
    readonly size: number
  }[]
}

function reasonToSkip(before: Column, after: Column | undefined): string | undefined {
  if (!after) return 'not in the current data'
  const levels = Math.max(before.type === 'category' ? before.levels.length : 0, after.type === 'category' ? after.levels.length : 0)
  return levels > mostLevels ? `has ${levels} different texts, too many to compare shares` : undefined
}

function compare(before: Column, after: Column): Finding {
  const missing = { before: countMissing(before), after: countMissing(after) }
  const rows = { before: lengthOf(before), after: lengthOf(after) }
  const shares = { missing_reference: missing.before / Math.max(1, rows.before), missing_current: missing.after / Math.max(1, rows.after) }
  const absence = compareShares({ hits: missing.before, rows: rows.before }, { hits: missing.after, rows: rows.after })
  const absent = {
    test: 'missing_rate' as const,
    statistic: absence.statistic,
    pValue: absence.pValue,
    size: Math.abs(shares.missing_current - shares.missing_reference),
  }
  const tests = missing.before + missing.after > 0 ? [absent] : []
  if (before.type === 'number' && after.type === 'number')
    return {
      ...compareNumbers(before.name, before.values, after.values, shares),
      tests: [numbersTest(before.values, after.values), ...tests],
    }
  const counts = countLevels(before, after)
  const base = {
    name: before.name,
    ...shares,
    psi: populationStability(counts.before, counts.after),
    js: jensenShannon(counts.before, counts.after),
  }
  const pooled = poolRare(counts.before, counts.after)
  const { statistic, pValue } = chiSquare(pooled.before, pooled.after)
  const test = before.type === after.type ? ('chi_square' as const) : ('type' as const)
  return { base, tests: [{ test, statistic, pValue, size: base.js }, ...tests] }
}

type Shares = Pick<ColumnDrift, 'missing_reference' | 'missing_current'>

function compareNumbers(name: string, before: Float64Array, after: Float64Array, shares: Shares): Pick<Finding, 'base'> {
  const counts = countByDeciles(present(before), present(after))
  return {
    base: {
      name,
      ...shares,
      psi: populationStability(counts.reference, counts.current),
      js: jensenShannon(counts.reference, counts.current),
    },
  }
}

function numbersTest(before: Float64Array, after: Float64Array): Finding['tests'][number] {
  const { statistic, pValue } = kolmogorovSmirnov(present(before), present(after))
  return { test: 'ks', statistic, pValue, size: statistic }
}

/** Holm 1979: the least p-value is compared with threshold / tests, the next with threshold / (tests - 1), … until one fails. */
function judgeByTests(findings: readonly Finding[], threshold: number): readonly ColumnDrift[] {
  const tests = findings.flatMap((finding) => finding.tests.map((test) => ({ finding, ...test })))
  const levels = new Map<object, { readonly level: number; readonly rejected: boolean }>()
  let rejecting = true
  for (const [rank, test] of [...tests].sort((left, right) => left.pValue - right.pValue).entries()) {
    const level = threshold / (tests.length - rank)
    rejecting &&= test.pValue < level
    levels.set(test, { level, rejected: rejecting })
  }
  return findings.map((finding) => {
    const own = tests
      .filter((test) => test.finding === finding)
      .map((test) => ({ ...test, ...(levels.get(test) ?? { level: threshold, rejected: false }) }))
      .map((test) => ({ ...test, drifted: test.rejected && test.size >= leastDifference }))
    const [first] = own
    // The column's own test is shown, unless only the share of missing values gave it away.
    const shown = first?.drifted ? first : (own.find(({ drifted }) => drifted) ?? first)
    if (!shown) return { ...finding.base, test: 'missing_rate', statistic: 0, threshold, drifted: false }
    return {
      ...finding.base,
      test: shown.test,
      statistic: shown.statistic,
      p_value: shown.pValue,
      threshold: shown.level,
      drifted: shown.drifted,
    }
  })
}

function judgeBySize({ base }: Finding, method: 'psi' | 'js', threshold: number): ColumnDrift {
  const statistic = base[method]
  return { ...base, test: method, statistic, threshold, drifted: statistic > threshold }
}

function judgeJointly(
  reference: Frame,
  current: Frame,
  { columns, threshold, seed }: { readonly columns: readonly ColumnDrift[]; readonly threshold: number; readonly seed: number },
): DriftReport['joint'] {
  const names = columns.filter(({ test }) => test !== 'type').map(({ name }) => name)
  const result = domainClassifier(reference, current, { columns: names, seed })
  return result && { ...result, threshold, drifted: result.p_value < threshold && result.auc >= 0.55 }
}

function countMissing(column: Column): number {
  let missing = 0
  if (column.type === 'number') for (const value of column.values) missing += Number.isNaN(value) ? 1 : 0
  else for (const code of column.codes) missing += code < 0 ? 1 : 0
  return missing
}

const lengthOf = (column: Column): number => (column.type === 'number' ? column.values.length : column.codes.length)

/** Levels too rare for chi-square (an expected count below 5 on either side) are counted together. */
function poolRare(
  before: readonly number[],
  after: readonly number[],
): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0)
  const all = total(before)
  const now = total(after)
  const smaller = Math.min(all, now) / Math.max(1, all + now)
  const common = before.flatMap((count, level) => ((count + (after[level] ?? 0)) * smaller >= 5 ? [level] : []))
  const rest = (counts: readonly number[]): number => total(counts) - common.reduce((sum, level) => sum + (counts[level] ?? 0), 0)
  const pick = (counts: readonly number[]): readonly number[] => common.map((level) => counts[level] ?? 0)
  return { before: [...pick(before), rest(before)], after: [...pick(after), rest(after)] }
}
