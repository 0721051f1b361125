/** Scores planned calls against the calls that a person expects: the same verdicts as the reference scorer, case by case. */
import { z } from 'zod'

const callSchema = z.record(z.string(), z.record(z.string(), z.unknown()))

/** What a request should lead to; each argument lists the values it may have. */
export const expectation = z.object({
  type: z.enum(['call', 'calls', 'clarify', 'answer', 'refuse']),
  calls: z.array(callSchema).default([]),
  forbidden_tools: z.array(z.string()).default([]),
  must: z.array(z.string()).default([]),
})

export type Expectation = z.infer<typeof expectation>

export interface Prediction {
  readonly id: string
  readonly type: 'call' | 'calls' | 'clarify' | 'answer' | 'refuse'
  readonly calls: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[]
  readonly text: string
}

export interface Score {
  /** Acted exactly when it should, and otherwise asked or answered as it should. */
  readonly decision: boolean
  /** The right tools in the right order; undefined where no call is expected. */
  readonly tool: boolean | undefined
  readonly forbidden: boolean
  /** Tools and arguments right, nothing forbidden. */
  readonly exact: boolean
}

export function scoreCase(expected: Expectation, predicted: Prediction): Score {
  const tools = predicted.calls.map(toolOf)
  const acting = expected.type === 'call' || expected.type === 'calls'
  const decision = acting ? tools.length > 0 : tools.length === 0 && sameSilence(expected.type, predicted.type)
  const forbidden = expected.forbidden_tools.some((tool) => tools.includes(tool) || (tool === '*' && tools.length > 0))
  if (!acting) return { decision, tool: undefined, forbidden, exact: decision && !forbidden }
  const tool = sameTools(expected, tools)
  return { decision, tool, forbidden, exact: tool && everyCall(expected, predicted) && !forbidden }
}

const toolOf = (call: Readonly<Record<string, unknown>>): string => Object.keys(call)[0] ?? ''

/** An answer and a refusal are one thing to the scorer; a question is not. */
function sameSilence(expected: string, predicted: string): boolean {
  const quiet = ['answer', 'refuse']
  return expected === predicted || (quiet.includes(expected) && quiet.includes(predicted))
}

function sameTools(expected: Expectation, tools: readonly string[]): boolean {
  const wanted = expected.calls.map(toolOf)
  const anyOrder = expected.must.some((rule) => rule.includes('any order'))
  const [left, right] = anyOrder ? [[...wanted].sort(), [...tools].sort()] : [wanted, tools]
  return left.length === right.length && left.every((tool, at) => tool === right[at])
}

/** Each expected call takes one predicted call that fits it. */
function everyCall(expected: Expectation, predicted: Prediction): boolean {
  const used = new Set<number>()
  return expected.calls.every((call) => {
    const tool = toolOf(call)
    const at = predicted.calls.findIndex(
      (given, place) => !used.has(place) && toolOf(given) === tool && argumentsFit(call[tool] ?? {}, given[tool] ?? {}),
    )
    used.add(at)
    return at >= 0
  })
}

export function argumentsFit(wanted: Readonly<Record<string, unknown>>, given: Readonly<Record<string, unknown>>): boolean {
  const extra = Object.entries(given).filter(([name, value]) => !(name in wanted) && !isEmpty(value))
  return extra.length === 0 && Object.entries(wanted).every(([name, accepted]) => argumentFits(accepted, given, name))
}

function argumentFits(accepted: unknown, given: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = given[name]
  const list: readonly unknown[] = Array.isArray(accepted) ? accepted : [accepted]
  if (list.length === 1 && list[0] === '*') return !isFalsy(value)
  if (!(name in given)) return list.includes('')
  return list.some((one) => equal(value, one))
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
const isFalsy = (value: unknown): boolean =>
  isEmpty(value) || value === 0 || value === false || (isRecord(value) && Object.keys(value).length === 0)

function equal(value: unknown, accepted: unknown): boolean {
  if (accepted === '*' || (typeof accepted === 'string' && accepted.startsWith('$'))) return true
  if (typeof value === 'number' && typeof accepted === 'number') return Math.abs(value - accepted) < 1e-9
  if (Array.isArray(value) && Array.isArray(accepted))
    return value.length === accepted.length && value.every((item, at) => equal(item, accepted[at]))
  if (isRecord(value) && isRecord(accepted)) {
    const [left, right] = [Object.keys(value).sort(), Object.keys(accepted).sort()]
    return left.join('\n') === right.join('\n') && right.every((key) => equal(value[key], accepted[key]))
  }
  return plain(value) === plain(accepted)
}

const plain = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim().toLowerCase()
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
