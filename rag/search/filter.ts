/**
 * Filters over the documents' metadata: conditions on keys, nested by `and`, `or`, `not`. Here they are read, whoever sent them,
 * and brought into one form; `filter-sql.ts` makes SQL of that.
 */
import { Fault } from '../../platform/fault.ts'
import { filterSql } from './filter-sql.ts'

export type Scalar = string | number | boolean

export interface Bounds {
  readonly gt?: Scalar | undefined
  readonly gte?: Scalar | undefined
  readonly lt?: Scalar | undefined
  readonly lte?: Scalar | undefined
}

/** All that is said must hold, for one and the same item where the metadata holds a list. */
export interface Condition extends Bounds {
  readonly eq?: Scalar | undefined
  readonly in?: readonly Scalar[] | undefined
  readonly range?: Bounds | undefined
  readonly prefix?: string | undefined
  /** Whether the key is there and not null. */
  readonly exists?: boolean | undefined
}

/** Every entry must hold: a value, one of several, a condition; or filters joined by `and`, `or`, `not`. */
export interface Filter {
  readonly and?: readonly Filter[] | undefined
  readonly or?: readonly Filter[] | undefined
  readonly not?: Filter | undefined
  readonly [key: string]: Scalar | readonly Scalar[] | Condition | Filter | readonly Filter[] | undefined
}

export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | { readonly kind: 'test'; readonly key: string; readonly test: FilterTest }

export type FilterTest =
  | { readonly kind: 'in'; readonly values: readonly Scalar[] }
  | { readonly kind: 'range'; readonly bounds: readonly Bound[] }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'exists' }

export interface Bound {
  readonly operator: keyof Bounds
  readonly value: Scalar
}

export const filterLimits = { depth: 8, conditions: 100, values: 1000, keyLength: 200, valueLength: 10_000 }

const joiners: ReadonlySet<string> = new Set(['and', 'or', 'not'])
const comparisons = ['gt', 'gte', 'lt', 'lte'] as const
const words: ReadonlySet<string> = new Set(['eq', 'in', 'range', 'prefix', 'exists', ...comparisons])

/** The filter as SQL and what it binds; no parameters when it lets everything through. Throws `invalid_input`. */
export function compileFilter(filter: unknown): ReturnType<typeof filterSql> {
  return filterSql(readFilter(filter, { depth: 1, count: { conditions: 0 } }))
}

interface Reading {
  readonly depth: number
  /** Shared by the whole filter, and counted up. */
  readonly count: { conditions: number }
}

function readFilter(filter: unknown, reading: Reading): FilterNode {
  if (!isObject(filter)) throw wrong(`A filter is an object of conditions, not ${brief(filter)}.`)
  if (reading.depth > filterLimits.depth) throw wrong(`The filter is nested deeper than ${filterLimits.depth} levels.`)
  const entries = Object.entries(filter).filter(([, wanted]) => wanted !== undefined)
  if (entries.length === 0 && reading.depth > 1)
    throw wrong('A filter inside of and, or, not is empty; give it a condition or leave it out.')
  return {
    kind: 'and',
    of: entries.map(([key, wanted]) => (joiners.has(key) ? readJoined(key, wanted, reading) : readEntry(key, wanted, reading))),
  }
}

function readJoined(joiner: string, wanted: unknown, { depth, count }: Reading): FilterNode {
  const inner = { depth: depth + 1, count }
  if (joiner === 'not') {
    if (isObject(wanted)) return { kind: 'not', of: readFilter(wanted, inner) }
    throw wrong(`'not' takes a filter, such as {not: {status: "draft"}}, and found ${brief(wanted)}.`)
  }
  if (!Array.isArray(wanted) || wanted.length === 0)
    throw wrong(`'${joiner}' takes a list of filters, such as {${joiner}: [{year: 2020}, {open: true}]}, and found ${brief(wanted)}.`)
  return { kind: joiner === 'or' ? 'or' : 'and', of: wanted.map((filter: unknown) => readFilter(filter, inner)) }
}

function readEntry(key: string, wanted: unknown, { count }: Reading): FilterNode {
  requireStorable(key, 'A key', filterLimits.keyLength)
  const tests = isObject(wanted)
    ? readCondition(key, wanted)
    : [{ test: readOneOf(key, Array.isArray(wanted) ? wanted : [wanted]), not: false }]
  count.conditions += tests.length
  if (count.conditions > filterLimits.conditions) throw wrong(`The filter has more than ${filterLimits.conditions} conditions.`)
  return {
    kind: 'and',
    of: tests.map(({ test, not }): FilterNode => (not ? { kind: 'not', of: { kind: 'test', key, test } } : { kind: 'test', key, test })),
  }
}

interface Read {
  readonly test: FilterTest
  readonly not: boolean
}

function readCondition(key: string, wanted: Readonly<Record<string, unknown>>): readonly Read[] {
  const { eq, in: listed, range, prefix, exists, ...bounds } = wanted
  const unknown = Object.keys(wanted).find((word) => !words.has(word))
  if (unknown !== undefined)
    throw wrong(`The filter on '${brief(key)}' has '${brief(unknown)}'; it takes ${[...words].join(', ')}, and joins with and, or, not.`)
  if (range !== undefined && !isObject(range)) throw wrong(`The range on '${brief(key)}' takes {gt, gte, lt, lte}, not ${brief(range)}.`)
  const limits = [...readBounds(key, bounds), ...readBounds(key, range ?? {})]
  const tests: Read[] = []
  const add = (test: FilterTest, not = false): number => tests.push({ test, not })
  if (eq !== undefined) add(readOneOf(key, [eq]))
  if (listed !== undefined) add(readOneOf(key, listed))
  if (limits.length > 0) add({ kind: 'range', bounds: limits })
  if (prefix !== undefined) add({ kind: 'prefix', prefix: readText(key, prefix) })
  if (exists !== undefined) add({ kind: 'exists' }, exists === false)
  if (tests.length === 0)
    throw wrong(`The filter on '${brief(key)}' says nothing; give a value, a list, or {eq, in, gt, gte, lt, lte, prefix, exists}.`)
  return tests
}

function readOneOf(key: string, values: unknown): FilterTest {
  if (!Array.isArray(values) || values.length > filterLimits.values)
    throw wrong(`'in' on '${brief(key)}' takes a list of up to ${filterLimits.values} values.`)
  return { kind: 'in', values: values.map((value: unknown) => readScalar(key, value)) }
}

function readBounds(key: string, bounds: Readonly<Record<string, unknown>>): readonly Bound[] {
  const read = comparisons.flatMap((operator) =>
    bounds[operator] === undefined ? [] : { operator, value: readScalar(key, bounds[operator]) },
  )
  if (new Set(read.map(({ value }) => typeof value)).size > 1)
    throw wrong(`The bounds on '${brief(key)}' are of different types; a value has one.`)
  return read
}

function readScalar(key: string, value: unknown): Scalar {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  return readText(key, value)
}

function readText(key: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(`The filter on '${brief(key)}' takes texts, numbers and true or false, not ${brief(value)}.`)
  requireStorable(value, `A value for '${brief(key)}'`, filterLimits.valueLength)
  return value
}

/** Postgres holds no NUL and no half of a surrogate pair: what has one cannot be in any document. */
function requireStorable(text: string, what: string, longest: number): void {
  if (text.length > longest) throw wrong(`${what} in the filter has ${text.length} characters; ${longest} is the most.`)
  if (text.includes('\0') || !text.isWellFormed()) throw wrong(`${what} in the filter has a NUL or half a character in it.`)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const wrong = (sentence: string): Fault => new Fault('invalid_input', sentence)

function brief(value: unknown): string {
  const text = (typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))).replaceAll('\0', '\uFFFD').toWellFormed()
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
