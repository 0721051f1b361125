/** The state of one call being filled: which slots have values, and which parts of the clause are used up. */
import type { Span, World } from './contract.ts'
import { apart } from './entities.ts'
import type { Reading } from './reading.ts'
import type { KnownTool } from './retrieve.ts'
import type { Slot } from './slots.ts'

export interface Filling {
  readonly known: KnownTool
  /** The part of the message this call comes from. */
  readonly clause: Reading
  readonly start: number
  readonly end: number
  readonly world: World
  readonly values: Map<string, unknown>
  readonly spans: Map<string, Span>
  readonly used: Span[]
  /** Further values of a slot that takes one: the call is made once for each. */
  readonly more: Map<string, readonly { readonly value: unknown; readonly span: Span }[]>
}

export const open = (filling: Filling, slot: Slot): boolean => !filling.values.has(slot.name)

export const free = (filling: Filling, span: Span): boolean => filling.used.every((other) => apart(other, span))

export const unused = <T extends Span>(filling: Filling, list: readonly T[]): readonly T[] => list.filter((item) => free(filling, item))

/** Gives the slot its value and uses the words up. */
export function set(filling: Filling, slot: Slot, value: unknown, span?: Span): void {
  filling.values.set(slot.name, value)
  if (!span) return
  filling.spans.set(slot.name, { start: span.start, end: span.end, text: span.text })
  filling.used.push(span)
}

/** The clause's text. */
export const saidIn = ({ clause, start, end }: Filling): string => clause.text.slice(start, end)

/** A span found in the clause's text, placed in the message. */
export const placed = <T extends Span>(filling: Filling, span: T): T => ({
  ...span,
  start: span.start + filling.start,
  end: span.end + filling.start,
})

/** Up to `length` characters before a place, inside the clause, lowercase. */
export const before = (filling: Filling, at: number, length = 40): string =>
  filling.clause.text.slice(Math.max(filling.start, at - length), at).toLowerCase()

export const after = (filling: Filling, at: number, length = 30): string =>
  filling.clause.text.slice(at, Math.min(filling.end, at + length)).toLowerCase()
