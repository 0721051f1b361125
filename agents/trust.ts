/**
 * Where a call's arguments came from. Once text from outside stands in the conversation, only what the person typed is
 * trusted: a tool that their words order, and values that stand in that order. `invoke` decides what follows.
 */
import type { Origin } from '../tools/invocation.ts'
import type { PlannerTool } from './planner/contract.ts'
import { ordersOf, ordersSomething, type SpokenClause, spokenClauses } from './trust-asked.ts'
import { choiceIn, saidIn } from './trust-said.ts'
import { defaultAt, knownChoices, knownFields, leavesOf } from './trust-schema.ts'

export interface Trusted {
  /** The person's messages in this thread, the newest last. */
  readonly said: readonly string[]
  /** What brought text from outside into the thread, in words; empty: nothing did. */
  readonly taintedBy: readonly string[]
  /** What earlier calls of the thread made, by field: nobody outside can choose it. */
  readonly made: readonly Readonly<Record<string, unknown>>[]
  readonly catalogue: readonly PlannerTool[]
}

type Origins = Readonly<Record<string, Origin>>

/** Origin by dotted path; '' is the decision to call. */
export function originsOf(tool: string, input: unknown, trusted: Trusted): Origins {
  const order = orderOf(tool, trusted)
  const foreign = outsider(trusted)
  const rest: Origin = foreign ?? { trust: 'trusted', source: 'the assistant' }
  const schema = trusted.catalogue.find(({ name }) => name === tool)?.input ?? {}
  const fields = knownFields(schema)
  const origins: Record<string, Origin> = { '': order ? mine(order.words) : rest }
  for (const { path, keys, value } of leavesOf(input)) {
    const named = keys.every((key) => fields.has(key) || /^\d+$/.test(key) || saysIt(key, order, trusted, foreign !== undefined))
    origins[path] = (named ? believed({ path, value, schema }, order, trusted) : undefined) ?? rest
  }
  return origins
}

interface Order {
  /** The clauses that order the tool, each with what is said of it before the next order. */
  readonly words: string
  /** Refers back: "deploy it". */
  readonly refers: boolean
}

const anaphor = /\b(?:it|its|them|they|that|this|these|those|same|one|ones|there|again|both|result)\b/iu

/** The person's last word, or, where that only answers a question, what was asked for before. Undefined: not ordered. */
function orderOf(tool: string, { said, catalogue }: Trusted): Order | undefined {
  const tools = catalogue.map(({ name }) => name)
  const answers: string[] = []
  for (const message of said.slice(-3).reverse()) {
    const orders = ordersOf(message, tool, tools)
    if (orders.length > 0) {
      const words = [stretchOf(message, orders, tools), ...answers].join('\n')
      return { words, refers: anaphor.test(words) }
    }
    if (ordersSomething(message, tools)) return undefined
    answers.push(message)
  }
  return undefined
}

/** The orders and what follows each until the next one: "deploy churn as a canary, with 10 percent". */
function stretchOf(message: string, orders: readonly SpokenClause[], tools: readonly string[]): string {
  const wanted = new Set(orders.map(({ text }) => text))
  const words: string[] = []
  let inside = false
  for (const clause of spokenClauses(message)) {
    if (wanted.has(clause.text)) inside = true
    else if (ordersSomething(clause.text, tools)) inside = false
    if (inside) words.push(clause.text)
  }
  return words.join('\n')
}

interface Leaf {
  readonly path: string
  readonly value: unknown
  readonly schema: PlannerTool['input']
}

/** The origin of a value nobody outside can have chosen; undefined for any other. */
function believed({ path, value, schema }: Leaf, order: Order | undefined, trusted: Trusted): Origin | undefined {
  const tainted = trusted.taintedBy.length > 0
  if (saysIt(value, order, trusted, tainted)) return mine(order && saidIn(order.words, value) ? order.words : lastSaying(value, trusted))
  if (trusted.made.some((fields) => madeThere(fields, path, value)))
    return { trust: 'trusted', source: 'an earlier call of this conversation' }
  if (order && typeof value === 'string' && knownChoices(schema).has(value) && choiceIn(order.words, value)) return mine(order.words)
  return defaultAt(schema, path, value) ? { trust: 'trusted', source: 'the default' } : undefined
}

/**
 * In the order itself; or, where nothing foreign was read, anywhere. Else a name, not a number, may also stand where no other
 * tool is ordered, or be what the order refers back to: words meant for one tool are not another one's.
 */
function saysIt(value: unknown, order: Order | undefined, { said, catalogue }: Trusted, tainted: boolean): boolean {
  if (order && saidIn(order.words, value)) return true
  if (!tainted || !order) return said.some((message) => saidIn(message, value))
  if (typeof value !== 'string') return false
  const tools = catalogue.map(({ name }) => name)
  return said.some((message) =>
    spokenClauses(message).some(({ text }) => saidIn(text, value) && (order.refers || !ordersSomething(text, tools))),
  )
}

/** A long id says itself; a number or a short word counts for the argument of the same name only. */
function madeThere(fields: Readonly<Record<string, unknown>>, path: string, value: unknown): boolean {
  const key = path.split('.').findLast((part) => !/^\d+$/.test(part)) ?? path
  return Object.entries(fields).some(
    ([field, made]) => made === value && (field === key || `${field}s` === key || (typeof value === 'string' && value.length >= 16)),
  )
}

/** Who else may have led to the call. */
function outsider({ taintedBy }: Trusted): Origin | undefined {
  return taintedBy.length === 0 ? undefined : { trust: 'untrusted', source: taintedBy.join(', ') }
}

const lastSaying = (value: unknown, { said }: Trusted): string => said.findLast((message) => saidIn(message, value)) ?? ''

const longestQuote = 80

function mine(words: string): Origin {
  const line = words.replace(/\s+/gu, ' ').trim()
  const quote = line.length > longestQuote ? `${line.slice(0, longestQuote - 1)}…` : line
  return { trust: 'trusted', source: quote === '' ? 'your message' : `your message ("${quote}")` }
}
