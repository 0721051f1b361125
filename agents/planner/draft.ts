/** One intended call before it is decided whether it may be made: what it has, what it lacks, what is wrong with it. */
import type { Span, World } from './contract.ts'
import { fill, type UnknownName, unknownNames } from './fill.ts'
import { unavailable } from './fill-choices.ts'
import type { Filling } from './filling.ts'
import type { Reading } from './reading.ts'
import { type KnownTool, says } from './retrieve.ts'
import type { Slot } from './slots.ts'

export interface Draft {
  readonly known: KnownTool
  readonly start: number
  readonly end: number
  readonly arguments: Readonly<Record<string, unknown>>
  readonly spans: Readonly<Record<string, Span>>
  readonly missing: readonly string[]
  readonly unknown: readonly UnknownName[]
  /** Values that were asked for and that the tool does not offer. */
  readonly unavailable: readonly { readonly slot: string; readonly said: string }[]
  readonly condition?: string
}

/** Where a value may come from when the clause does not say it: an earlier step, or the conversation. */
export type Carry = (slot: Slot, known: KnownTool, clause: Reading, values: ReadonlyMap<string, unknown>) => unknown

/** More than one when a value that the tool takes once was said several times ("profile a and b"). */
export function draftsOf(
  known: KnownTool,
  reading: Reading,
  at: {
    readonly start: number
    readonly end: number
    readonly world: World
    readonly carry: Carry
    readonly condition?: string | undefined
  },
): readonly Draft[] {
  return draftsFrom(fill(known, reading, at), at)
}

/** The same, of slots that are filled already with what the clause says. */
export function draftsFrom(
  filling: Filling,
  { carry, condition }: { readonly carry: Carry; readonly condition?: string | undefined },
): readonly Draft[] {
  const { known, start, end } = filling
  for (const slot of known.slots) {
    if (filling.values.has(slot.name)) continue
    const value = carry(slot, known, filling.clause, filling.values)
    if (value !== undefined) filling.values.set(slot.name, value)
  }
  const base: Draft = {
    known,
    start,
    end,
    arguments: Object.fromEntries(filling.values),
    spans: Object.fromEntries(filling.spans),
    missing: missing(known, filling.values, filling.clause),
    unknown: unknownNames(filling),
    unavailable: known.slots.flatMap((slot) => {
      const said = slot.kind === 'choice' && !filling.values.has(slot.name) ? unavailable(filling, slot) : undefined
      return said === undefined ? [] : [{ slot: slot.name, said }]
    }),
    ...(condition === undefined ? {} : { condition }),
  }
  const [more] = filling.more
  if (!more) return [base]
  const [name, values] = more
  return [
    base,
    ...values.map(({ value, span }) => ({
      ...base,
      arguments: { ...base.arguments, [name]: value },
      spans: { ...base.spans, [name]: span },
    })),
  ]
}

/** Required arguments without a value, and the one of several optional ones that such a call can't do without. */
export function missing({ slots, head }: KnownTool, values: ReadonlyMap<string, unknown>, clause?: Reading): readonly string[] {
  const absent = slots.filter((slot) => slot.required && !values.has(slot.name)).map(({ name }) => name)
  const few = slots
    .filter((slot) => slot.many && slot.kind === 'run' && head.has('compare') && isShort(values.get(slot.name)))
    .map(({ name }) => name)
  return [...new Set([...absent, ...few, ...oneOf(slots, head, values, clause)])]
}

const isShort = (value: unknown): boolean => Array.isArray(value) && value.length < 2 && value[0] !== '$runs'

/** A row or its id; a thing to look at when all things are optional and the call is not a listing. */
function oneOf(
  slots: readonly Slot[],
  head: ReadonlySet<string>,
  values: ReadonlyMap<string, unknown>,
  clause?: Reading,
): readonly string[] {
  const rows = slots.filter((slot) => slot.kind === 'record' || slot.kind === 'id')
  if (rows.length > 1 && rows.every((slot) => !slot.required && !values.has(slot.name))) return rows.map(({ name }) => name)
  const listing = ['list', 'audit', 'search', 'ask', 'run', 'query'].some((idea) => head.has(idea))
  const things = slots.filter((slot) => slot.kind === 'dataset' || slot.kind === 'model' || slot.kind === 'text')
  if (listing || slots.some((slot) => slot.required) || things.length < 2) return []
  if (clause && says(clause, 'everything')) return []
  return things.every((slot) => !values.has(slot.name)) ? things.slice(0, 2).map(({ name }) => name) : []
}
