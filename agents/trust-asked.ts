/**
 * Whether the person ordered a tool, strictly: an order is a clause that begins with the tool's deed. A question about it, a
 * mention of it ("summarise the memo on deleting models"), a prohibition or a condition on what is read orders nothing.
 */
import { clausesOf } from './planner/clauses.ts'
import { emptyWorld } from './planner/contract.ts'
import { read } from './planner/reading.ts'
import { deeds, things } from './trust-deeds.ts'

/** The clauses of a message, as spoken. */
export interface SpokenClause {
  readonly text: string
  /** Without what polite people put before an order, in lower case. */
  readonly order: string
  /** Ends or begins as a question, forbids, tells, or waits for something that is read. */
  readonly orders: boolean
}

const courtesy =
  /^(?:please|kindly|also|then|now|next|first|finally|afterwards|and|so|just|only|instead|ok|okay|yes|hi|hello|let's|let us|go ahead and|make sure to|help me(?: to)?|can you|could you|would you|will you|you can|you should|i want(?: you)? to|i need(?: you)? to|i'd like(?: you)? to|i would like(?: you)? to|we need to|we want to|,|:)\s*/iu
const question =
  /^(?:what|how|why|who|whom|whose|when|where|which|is|are|was|were|does|do|did|has|have|had|should|shall|may|might|must|am)\b/iu

/** Messages read lately: each call of a turn asks about the same few. */
const readLately = new Map<string, readonly SpokenClause[]>()
const mostRead = 64

/** In the order they were said; remembered for the last few messages. */
export function spokenClauses(message: string): readonly SpokenClause[] {
  const known = readLately.get(message)
  if (known) return known
  const clauses = clausesOf(read(message, emptyWorld)).map(({ start, end, negated, tells, condition }) => {
    const text = message.slice(start, end).trim()
    const order = withoutCourtesy(text)
    return { text, order: normal(order), orders: !negated && !tells && condition === undefined && !question.test(order) }
  })
  if (readLately.size >= mostRead) readLately.clear()
  readLately.set(message, clauses)
  return clauses
}

function withoutCourtesy(text: string): string {
  let order = text
  for (;;) {
    const shorter = order.replace(courtesy, '')
    if (shorter === order) return order
    order = shorter
  }
}

/** What a tool's name says, made once. */
interface Deed {
  readonly name: string
  readonly verb: string
  readonly phrases: readonly string[]
  /** Each thing that it is done to, and other words for it. */
  readonly objects: readonly { readonly own: RegExp; readonly other: readonly RegExp[] }[]
}

const deedsByTool = new Map<string, Deed>()

function deedOf(tool: string): Deed {
  const known = deedsByTool.get(tool)
  if (known) return known
  const name = (tool.split('__').at(-1) ?? tool).toLowerCase().split(/[_-]+/)
  const verb = name.find((word) => Object.hasOwn(deeds, word)) ?? name[0] ?? ''
  const made: Deed = {
    name: normal(tool),
    verb,
    phrases: (deeds[verb] ?? [verb]).map(normal),
    objects: name
      .filter((word) => word !== verb)
      .map((word) => word.replace(/s$/u, ''))
      .map((word) => ({ own: wholeWord(word), other: (things[word] ?? []).map((other) => wholeWord(normal(other))) })),
  }
  if (deedsByTool.size >= 2_000) deedsByTool.clear()
  deedsByTool.set(tool, made)
  return made
}

const wholeWord = (word: string): RegExp => new RegExp(String.raw`(?<![\p{L}\p{N}])${word}s?(?![\p{L}\p{N}])`, 'u')

/** How well an order fits a tool's name: 0 when it does not begin with its deed, else more for each word that it speaks of. */
function orderFit({ order, orders }: SpokenClause, tool: string): number {
  if (!orders) return 0
  const { name, verb, phrases, objects } = deedOf(tool)
  if (begins(order, name)) return 10
  if (!phrases.some((phrase) => begins(order, phrase))) return 0
  const fits = objects.map(({ own, other }) => (own.test(order) ? 1 : other.some((one) => one.test(order)) ? 0.6 : 0))
  return fits.reduce<number>((sum, fit) => sum + fit, begins(order, verb) ? 1.5 : 1)
}

const begins = (order: string, phrase: string): boolean =>
  order.startsWith(phrase) && (order.length === phrase.length || /[^\p{L}\p{N}]/u.test(order.charAt(phrase.length)))

const normal = (text: string): string => text.toLowerCase().replaceAll('e-mail', 'email').replaceAll('_', ' ').replace(/\s+/gu, ' ').trim()

/** The clauses that order this tool and, of the tools there are, none more than this one. */
export function ordersOf(message: string, tool: string, tools: readonly string[]): readonly SpokenClause[] {
  return spokenClauses(message).filter((clause) => {
    const own = orderFit(clause, tool)
    return own > 0 && tools.every((other) => other === tool || orderFit(clause, other) < own)
  })
}

/** Whether a message orders anything at all; an answer such as "4" or "yes, do it" does not. */
export function ordersSomething(message: string, tools: readonly string[]): boolean {
  return spokenClauses(message).some((clause) => tools.some((tool) => orderFit(clause, tool) > 0))
}
