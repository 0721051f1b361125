/** `millrace eval SUITE`: a suite on a folder of one's own, in a Millrace of its own, reported as words or JSON. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../platform/fault.ts'
import { exitCodeOf } from './exit-codes.ts'
import type { Io } from './io.ts'
import { jsonOutput } from './output.ts'

export interface SuiteEntry {
  readonly about: string
  readonly paths: readonly string[]
  readonly words: readonly string[]
  readonly switches?: readonly string[]
}

export interface EvalCommand<S> {
  readonly name: string
  readonly suite: S
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly json: boolean
  /** Where the report is written as a page. */
  readonly html: string | undefined
  readonly trials: number
  /** Name of the report; absent: one is made of the suite and the time. */
  readonly id: string | undefined
  readonly baseline: string | undefined
  readonly tolerance: number
  readonly gate: boolean
}

export interface EvalReport {
  readonly suite: string
  readonly id: string
  readonly metrics: object
  readonly cases?: readonly unknown[]
  readonly verdict: string
  readonly unmeasured: readonly string[]
  readonly gate: { readonly met: boolean; readonly reasons: readonly string[] }
  readonly comparison?: Comparison
  readonly trials?: { readonly count: number; readonly pass_hat: Readonly<Record<string, Interval>> }
}

interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

interface Comparison {
  readonly baseline: string
  readonly paired: number
  readonly difference: Interval
  readonly p: number
  readonly better: readonly string[]
  readonly worse: readonly string[]
}

/** What every suite knows. */
const common = {
  json: { type: 'boolean' },
  html: { type: 'string' },
  trials: { type: 'string' },
  name: { type: 'string' },
  baseline: { type: 'string' },
  tolerance: { type: 'string' },
  gate: { type: 'boolean' },
} as const

const usual = '[--trials N] [--name NAME] [--baseline NAME [--tolerance X]] [--gate] [--html FILE] [--json]'

/** Throws `usage` with the flags the suite knows. */
export function readEval<S extends SuiteEntry>([name, ...argv]: readonly string[], suites: Readonly<Record<string, S>>): EvalCommand<S> {
  const suite = name === undefined ? undefined : suites[name]
  if (name === undefined || suite === undefined) {
    const known = Object.entries(suites).map(([key, { about }]) => `  ${key.padEnd(10)} ${about}`)
    throw new Fault(
      'usage',
      `${name === undefined ? 'Which suite?' : `There is no suite '${name}'.`} millrace eval SUITE ${usual}\n${known.join('\n')}`,
    )
  }
  const { paths, words, switches = [] } = suite
  const flags = [...paths, ...words, ...switches]
  const options = Object.fromEntries(
    flags.map((flag) => [flag, { type: switches.includes(flag) ? ('boolean' as const) : ('string' as const) }]),
  )
  const values = parsed(argv, options, `Suite ${name} knows ${[...flags, ...Object.keys(common)].map((flag) => `--${flag}`).join(', ')}.`)
  const { json, html, trials, name: id, baseline, tolerance, gate, ...own } = values
  const given = Object.entries(own).map(([flag, value]) => [flag, paths.includes(flag) ? resolve(String(value)) : String(value)])
  return {
    name,
    suite,
    json: json === true,
    flags: Object.fromEntries(given),
    html: text(html) === undefined ? undefined : resolve(String(html)),
    trials: numberOf('trials', text(trials) ?? '1', (value) => Number.isInteger(value) && value >= 1 && value <= 1000),
    id: text(id),
    baseline: baselineOf(text(baseline)),
    tolerance: numberOf('tolerance', text(tolerance) ?? '0', (value) => value >= 0),
    gate: gate === true,
  }
}

type Values = Readonly<Record<string, string | boolean | undefined>>

function parsed(argv: readonly string[], options: Readonly<Record<string, { type: 'string' | 'boolean' }>>, known: string): Values {
  try {
    return parseArgs({ args: [...argv], options: { ...options, ...common }, strict: true }).values
  } catch (error) {
    throw new Fault('usage', `${error instanceof Error ? error.message : 'Wrong flags.'} ${known}`)
  }
}

const text = (value: string | boolean | undefined): string | undefined => (typeof value === 'string' ? value : undefined)

/** A path of a report, or the name of a kept one. */
const baselineOf = (value: string | undefined): string | undefined => (value?.endsWith('.json') ? resolve(value) : value)

function numberOf(flag: string, value: string, allowed: (value: number) => boolean): number {
  const number = Number(value)
  if (value.trim() !== '' && allowed(number)) return number
  throw new Fault('usage', `--${flag} is '${value}'. Give a number${flag === 'trials' ? ' from 1 to 1000' : ' of 0 or more'}.`)
}

export function printReport(report: EvalReport, { json, io }: { readonly json: boolean; readonly io: Io }): void {
  const words = [...lines(report.metrics), ...trialLines(report), ...comparisonLines(report), report.verdict]
  io.out(json ? jsonOutput(report) : `${words.join('\n')}\n`)
}

/** The gate's sentences and the exit code: 3 where it was asked for and is not met. */
export function tellGate({ gate: { met, reasons } }: EvalReport, { gate, io }: { readonly gate: boolean; readonly io: Io }): number {
  if (!gate) return 0
  io.err(met ? 'Gate met.\n' : `Gate not met. ${reasons.join(' ')}\n`)
  return met ? 0 : exitCodeOf({ code: 'gate_not_met' })
}

function trialLines({ trials, unmeasured }: EvalReport): readonly string[] {
  const hats = trials !== undefined && trials.count > 1 ? Object.entries(trials.pass_hat) : []
  return [
    ...hats.map(([k, { mean, low, high }]) => `pass^${k}: ${shown(mean)} [${shown(low)}, ${shown(high)}]`),
    ...(unmeasured.length > 0 ? [`not measured: ${unmeasured.join(', ')}`] : []),
  ]
}

function comparisonLines({ comparison }: EvalReport): readonly string[] {
  if (comparison === undefined) return []
  const { baseline, paired, difference, p, better, worse } = comparison
  const interval = `${shown(difference.mean)} [${shown(difference.low)}, ${shown(difference.high)}]`
  return [`against ${baseline}: ${interval} over ${paired} cases, ${better.length} better, ${worse.length} worse, p ${shown(p)}`]
}

/** Nested metrics as indented lines: sets, then their algorithms or modes, then their numbers. */
function lines(metrics: object, indent = ''): readonly string[] {
  return Object.entries(metrics).flatMap(([name, value]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${indent}${name}: ${shown(value)}`]
    const flat = Object.values(value).every((inner) => typeof inner !== 'object' || inner === null || Array.isArray(inner))
    if (!flat) return [`${indent}${name}`, ...lines(value, `${indent}  `)]
    return [
      `${indent}${name}: ${Object.entries(value)
        .map(([key, inner]) => `${key} ${shown(inner)}`)
        .join(', ')}`,
    ]
  })
}

const shown = (value: unknown): string =>
  typeof value === 'number' ? String(Number(value.toFixed(4))) : Array.isArray(value) ? value.map(shown).join('–') : String(value)
