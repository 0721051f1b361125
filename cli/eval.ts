/** `millrace eval SUITE`: a suite on a folder of one's own, in a Millrace of its own, reported as words or JSON. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Fault } from '../platform/fault.ts'
import type { Io } from './io.ts'
import { jsonOutput } from './output.ts'

export interface SuiteEntry {
  readonly about: string
  readonly paths: readonly string[]
  readonly words: readonly string[]
  readonly switches?: readonly string[]
}

export interface EvalCommand<S> {
  readonly suite: S
  readonly flags: Readonly<Record<string, string | undefined>>
  readonly json: boolean
}

export interface EvalReport {
  readonly suite: string
  readonly metrics: object
  readonly cases?: readonly unknown[]
  readonly verdict: string
}

/** Throws `usage` with the flags the suite knows. */
export function readEval<S extends SuiteEntry>([name, ...argv]: readonly string[], suites: Readonly<Record<string, S>>): EvalCommand<S> {
  const suite = name === undefined ? undefined : suites[name]
  if (name === undefined || suite === undefined) {
    const known = Object.entries(suites).map(([key, { about }]) => `  ${key.padEnd(10)} ${about}`)
    throw new Fault(
      'usage',
      `${name === undefined ? 'Which suite?' : `There is no suite '${name}'.`} millrace eval SUITE [--json]\n${known.join('\n')}`,
    )
  }
  const { paths, words, switches = [] } = suite
  const flags = [...paths, ...words, ...switches]
  const options = Object.fromEntries(
    flags.map((flag) => [flag, { type: switches.includes(flag) ? ('boolean' as const) : ('string' as const) }]),
  )
  try {
    const { json, ...values } = parseArgs({ args: [...argv], options: { ...options, json: { type: 'boolean' } }, strict: true }).values
    const given = Object.entries(values).map(([flag, value]) => [flag, paths.includes(flag) ? resolve(String(value)) : String(value)])
    return { suite, json: json === true, flags: Object.fromEntries(given) }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'Wrong flags.'
    throw new Fault('usage', `${why} Suite ${name} knows ${flags.map((flag) => `--${flag}`).join(', ')} and --json.`)
  }
}

export function printReport(report: EvalReport, { json, io }: { readonly json: boolean; readonly io: Io }): void {
  io.out(json ? jsonOutput(report) : `${lines(report.metrics).join('\n')}\n${report.verdict}\n`)
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
