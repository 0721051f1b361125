/** What earlier turns give to this one: the thing "it" means, the deed that "and version 4?" repeats with another value. */

import { latest } from './carry.ts'
import type { Turn, World } from './contract.ts'
import { type Carry, type Draft, missing } from './draft.ts'
import { isEntityKind } from './entities.ts'
import { fill } from './fill.ts'
import { leftOutOf } from './fill-names.ts'
import { type Reading, read } from './reading.ts'
import { says, saysWord } from './retrieve.ts'
import type { Slot } from './slots.ts'
import { hasPronoun } from './steps.ts'

/** Values from the conversation, newest turn first; only when the message points back to it. */
export function recallFrom(history: readonly Turn[], previous: () => readonly Draft[], world: World): Carry {
  const readings = readLazily(history, world)
  return (slot, _known, clause, values) => {
    if (history.length === 0 || !pointsBack(clause, slot)) return undefined
    const drafted = latest(previous(), slot.kind)
    if (slot.kind === 'column') return column(slot, previous(), values, world)
    if (!slot.required && !(slot.kind === 'version' && saysWord(clause, 'it', 'that'))) return undefined
    return drafted ?? mentioned(slot, readings())
  }
}

/** "it", "now", "again", or a thing said by its sort alone: "the model". */
function pointsBack(clause: Reading, slot: Slot): boolean {
  if (hasPronoun(clause) || saysWord(clause, 'now', 'again', 'also', 'too', 'then', 'next')) return true
  return slot.kind === 'dataset' && clause.columns.length > 0
}

interface ReadTurn {
  readonly role: Turn['role']
  readonly reading: Reading
}

/** The turns, newest first, each read when it is looked at. */
function readLazily(history: readonly Turn[], world: World): () => Iterable<ReadTurn> {
  const known = new Map<number, ReadTurn>()
  return function* () {
    for (const [at, { role, text }] of [...history.entries()].toReversed()) {
      const turn = known.get(at) ?? { role, reading: read(text, world) }
      known.set(at, turn)
      yield turn
    }
  }
}

function mentioned(slot: Slot, readings: Iterable<ReadTurn>): unknown {
  for (const { role, reading } of readings) {
    const value = inReading(slot, reading, role)
    if (value !== undefined) return value
  }
  return undefined
}

function inReading(slot: Slot, reading: Reading, role: Turn['role']): unknown {
  const { kind } = slot
  if (kind === 'version') return reading.versions.at(-1)?.value
  if (kind === 'id') return reading.ids.at(-1)?.value
  if (kind === 'run')
    return (
      reading.entities.findLast(({ kinds }) => kinds.includes('run'))?.name ??
      reading.ids.findLast(({ value }) => /^run/iu.test(value))?.value
    )
  if (!isEntityKind(kind) || (role === 'assistant' && kind === 'collection')) return undefined
  const names = [...new Set(reading.entities.filter(({ kinds }) => kinds.includes(kind)).map(({ name }) => name))]
  return slot.many ? (names.length > 0 ? names : undefined) : names.length === 1 ? names[0] : undefined
}

/** The same target, when the call is about the same data. */
function column(slot: Slot, previous: readonly Draft[], values: ReadonlyMap<string, unknown>, world: World): unknown {
  const value = latest(previous, 'column')
  const used = [...values.values()].filter((one) => typeof one === 'string' && one in world.datasets)
  const fits =
    used.length === 0 ||
    used.some((dataset) => typeof dataset === 'string' && typeof value === 'string' && world.datasets[dataset]?.includes(value))
  return slot.required && fits ? value : undefined
}

/** "and version 4?", "what about adult?", "with boosting instead": the last call once more with what is new in the message. */
export function repeated(reading: Reading, previous: readonly Draft[], world: World): Draft | undefined {
  const base = previous.at(-1)
  if (!base) return undefined
  const filling = fill(base.known, reading, { start: 0, end: reading.text.length, world })
  for (const slot of base.known.slots) if (freeText.has(slot.kind)) filling.values.delete(slot.name)
  const without = new Set(leftOutOf(reading.text, reading.entities).map(({ name }) => name))
  for (const slot of base.known.slots)
    if (slot.many && without.size > 0) keepOthers(filling.values, slot.name, base.arguments[slot.name], without)
  if (saysWord(reading, 'too', 'also', 'add', 'plus', 'well')) addTo(filling.values, base)
  const bare = bareAnswer(reading, base)
  if (bare) filling.values.set(bare.slot, bare.value)
  const fresh = [...filling.values].filter(([name, value]) => base.arguments[name] !== value)
  if (fresh.length === 0 && !saysWord(reading, 'again', 'same', 'repeat', 'once more')) return undefined
  const merged = new Map([...Object.entries(base.arguments), ...filling.values])
  dropStale(base, merged, filling.values)
  return {
    known: base.known,
    start: 0,
    end: reading.text.length,
    arguments: Object.fromEntries(merged),
    spans: Object.fromEntries(filling.spans),
    missing: missing(base.known, merged),
    unknown: [],
    unavailable: base.unavailable.filter(({ slot }) => !merged.has(slot)),
  }
}

/** "without x": what the list had before, less x. */
function keepOthers(values: Map<string, unknown>, name: string, before: unknown, without: ReadonlySet<unknown>): void {
  if (Array.isArray(before))
    values.set(
      name,
      before.filter((item) => !without.has(item)),
    )
}

/** "and x too": what the list had before, and x. */
function addTo(values: Map<string, unknown>, { known: { slots }, arguments: before }: Draft): void {
  for (const { name, many } of slots) {
    const [old, fresh] = [before[name], values.get(name)]
    if (many && Array.isArray(old) && Array.isArray(fresh)) values.set(name, [...new Set([...old, ...fresh])])
  }
}

const freeText: ReadonlySet<Slot['kind']> = new Set(['question', 'query', 'text', 'phrases'])

/** A short answer to a question for one missing argument: "7", "as-of-today", "revenue". */
function bareAnswer(reading: Reading, base: Draft): { readonly slot: string; readonly value: unknown } | undefined {
  if (reading.words.length > 3) return undefined
  const [number] = reading.quantities.filter(({ percent, ratio }) => !percent && !ratio)
  const [name, ...others] = base.missing
  const slot = base.known.slots.find((one) =>
    name === undefined ? number && one.kind === 'version' && one.name in base.arguments : one.name === name,
  )
  if (!slot || others.length > 0) return undefined
  if ((slot.kind === 'version' || slot.kind === 'number') && number) return { slot: slot.name, value: number.value }
  const last = reading.words.at(-1)
  if (slot.kind === 'new name' && last) return { slot: slot.name, value: last.text }
  return undefined
}

/** Another model has other versions; another data set may lack the target. */
function dropStale(base: Draft, merged: Map<string, unknown>, fresh: ReadonlyMap<string, unknown>): void {
  const changed = (kind: Slot['kind']): boolean =>
    base.known.slots.some((slot) => slot.kind === kind && fresh.has(slot.name) && fresh.get(slot.name) !== base.arguments[slot.name])
  if (!changed('model')) return
  for (const slot of base.known.slots) if (slot.kind === 'version' && !fresh.has(slot.name)) merged.delete(slot.name)
}

const yes =
  /^\s*(?:yes|yep|yeah|sure|ok(?:ay)?|go ahead|do it|confirm(?:ed)?|i confirm|please do|proceed|correct|right|absolutely|of course|y)\b(?!.*\b(?:but|not|don't|no)\b)/iu
const no =
  /^\s*(?:no|nope|never ?mind|cancel|stop|don't|forget it|leave it|abort|not now)\b[^\p{L}]*(?:thanks?|that|it|please)?[^\p{L}]*$/iu

export const isYes = (message: string): boolean => yes.test(message)
export const isNo = (message: string): boolean => no.test(message)

/** Whether a message stands for itself although no tool was found. */
export const isFollowUp = (reading: Reading): boolean =>
  reading.entities.length + reading.versions.length + reading.quantities.length + reading.columns.length + reading.ids.length > 0 ||
  reading.words.length <= 8 ||
  says(reading, 'version')
