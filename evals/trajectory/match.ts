/** Whether the calls that were made are those that were expected, by the scenario's mode; the reason when they are not. */
import { argumentsFit } from '../planner-score.ts'
import type { MadeCall } from './conversation.ts'
import type { ExpectedCall, Mode, Scenario } from './scenario.ts'

/** Undefined when they match. */
export function matches({ calls: expected, mode }: Pick<Scenario, 'calls' | 'mode'>, made: readonly MadeCall[]): string | undefined {
  return rules[mode](expected, made)
    ? undefined
    : `Made ${told(made.map(({ tool }) => tool))}; expected ${mode} ${told(expected.map(({ tool }) => tool))}${sameTools(expected, made) ? ' with other arguments' : ''}.`
}

type Rule = (expected: readonly ExpectedCall[], made: readonly MadeCall[]) => boolean

const rules: Readonly<Record<Mode, Rule>> = {
  strict: (expected, made) => expected.length === made.length && expected.every((call, at) => fits(call, made[at])),
  unordered: (expected, made) => expected.length === made.length && paired(expected, made) === expected.length,
  subset: (expected, made) => paired(expected, made) === made.length,
  superset: (expected, made) => paired(expected, made) === expected.length,
}

/** The most pairs of an expected call and one made that fits it, each used once (Kuhn's augmenting paths). */
function paired(expected: readonly ExpectedCall[], made: readonly MadeCall[]): number {
  const takenBy = new Map<number, number>()
  const find = (at: number, seen: Set<number>): boolean => {
    for (const [place, call] of made.entries()) {
      const wanted = expected[at]
      if (wanted === undefined || seen.has(place) || !fits(wanted, call)) continue
      seen.add(place)
      const other = takenBy.get(place)
      if (other === undefined || find(other, seen)) {
        takenBy.set(place, at)
        return true
      }
    }
    return false
  }
  return expected.filter((_, at) => find(at, new Set())).length
}

function fits(wanted: ExpectedCall, call: MadeCall | undefined): boolean {
  if (call?.tool !== wanted.tool) return false
  const { input } = call
  return wanted.arguments === undefined || (isRecord(input) && argumentsFit(accepted(wanted.arguments, input), input))
}

/** Where a list was given, an expected list is that list, not a choice of values. */
function accepted(wanted: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const whole = (name: string, value: unknown): boolean => Array.isArray(given[name]) && Array.isArray(value) && !value.some(Array.isArray)
  return Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, whole(name, value) ? [value] : value]))
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const sameTools = (expected: readonly ExpectedCall[], made: readonly MadeCall[]): boolean =>
  expected.length === made.length && expected.every(({ tool }, at) => tool === made[at]?.tool)

const told = (tools: readonly string[]): string => (tools.length === 0 ? 'no call' : tools.join(', '))
