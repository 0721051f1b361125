/** Fills a tool's arguments from one clause, in the order in which values are least likely to be mistaken for one another. */
import type { Span, World } from './contract.ts'
import { type EntityKind, isEntityKind, namesIn, nearMisses } from './entities.ts'
import { fillChoice, fillFlag, fillMetric } from './fill-choices.ts'
import { fillActor, fillArtifact, fillColumns, fillEntities, fillFresh, fillNewName, fillUnseenColumn } from './fill-names.ts'
import { fillNumbers, fillVersions } from './fill-numbers.ts'
import {
  fillCron,
  fillId,
  fillObject,
  fillPath,
  fillPhrases,
  fillQuery,
  fillQuestion,
  fillRecord,
  fillSince,
  fillText,
  fillWindow,
} from './fill-text.ts'
import { type Filling, open, unused } from './filling.ts'
import { isKnownWord } from './ideas.ts'
import { type Reading, within } from './reading.ts'
import type { KnownTool } from './retrieve.ts'
import type { Slot, SlotKind } from './slots.ts'
import { isMetric } from './values.ts'

type Filler = (filling: Filling, slot: Slot) => void

/** One row is one pass; a filler that serves several slots at once looks at all of them itself. */
const passes: readonly (readonly [SlotKind | 'names' | 'numbers' | 'versions' | 'fresh', Filler])[] = [
  ['path', fillPath],
  ['new name', fillNewName],
  ['cron', fillCron],
  ['choice', fillChoice],
  ['names', fillEntities],
  ['fresh', fillFresh],
  ['versions', fillVersions],
  ['id', fillId],
  ['record', fillRecord],
  ['object', fillObject],
  ['list', fillObject],
  ['window', fillWindow],
  ['since', fillSince],
  ['numbers', fillNumbers],
  ['metric', fillMetric],
  ['column', fillColumns],
  ['column', fillUnseenColumn],
  ['artifact', fillArtifact],
  ['actor', fillActor],
  ['flag', fillFlag],
  ['query', fillQuery],
  ['text', fillText],
  ['phrases', fillPhrases],
  ['question', fillQuestion],
]

export function fill(
  known: KnownTool,
  reading: Reading,
  range: { readonly start: number; readonly end: number; readonly world: World },
): Filling {
  const { start, end, world } = range
  const filling: Filling = {
    known,
    clause: within(reading, range),
    start,
    end,
    world,
    values: new Map(),
    spans: new Map(),
    used: [],
    more: new Map(),
  }
  const takesFiles = known.slots.some(({ kind }) => kind === 'path')
  for (const [pass, filler] of passes) {
    const slots = known.slots.filter((slot) => {
      if (!open(filling, slot)) return false
      return pass === 'fresh' ? takesFiles && isEntityKind(slot.kind) : slot.kind === pass
    })
    if (pass === 'names' || pass === 'numbers' || pass === 'versions') filler(filling, emptySlot)
    else for (const slot of ordered(slots)) filler(filling, slot)
  }
  return filling
}

/** Slots with a cue of their own choose before the required one that takes what is left. */
const ordered = (slots: readonly Slot[]): readonly Slot[] =>
  slots[0]?.kind === 'column' ? [...slots].sort((left, right) => Number(left.required) - Number(right.required)) : slots

const emptySlot: Slot = {
  name: '',
  kind: 'text',
  required: false,
  many: false,
  choices: [],
  integer: false,
  maximum: undefined,
  stems: new Set(),
  nameStems: [],
}

/** A name that was said for a slot of this kind and that the world does not have. */
export interface UnknownName extends Span {
  readonly kind: EntityKind
  readonly near: readonly string[]
}

/** Words that look like names, while a slot that takes names is open or takes more. */
export function unknownNames(filling: Filling): readonly UnknownName[] {
  const { known, world, clause } = filling
  if (known.slots.some(({ kind, required }) => kind === 'question' || (kind === 'query' && required))) return []
  const kinds = known.slots.flatMap((slot) => (isEntityKind(slot.kind) && (open(filling, slot) || slot.many) ? [slot.kind] : []))
  if (kinds.length === 0) return []
  const words = unused(
    filling,
    clause.words.filter((word) => [...clause.quoted, ...clause.paths].every((one) => word.end <= one.start || one.end <= word.start)),
  )
  const unknown = words.values().flatMap((word): readonly UnknownName[] => {
    if (clause.columns.some((column) => column.start <= word.start && word.end <= column.end)) return []
    if (clause.entities.some((entity) => entity.start <= word.start && word.end <= entity.end)) return []
    if (isKnownWord(word.text) || isMetric(word.lower)) return []
    const near = nearMisses(word.text, world, kinds)
    if (near.length === 0 && !looksNamed(word.lower)) return []
    const nearest = near.length > 0 ? kinds.find((one) => nearMisses(word.text, world, [one]).length > 0) : undefined
    const [first = 'dataset'] = kinds
    const kind = nearest ?? kinds.find((one) => alike(word.text, one, world)) ?? first
    return [{ start: word.start, end: word.end, text: word.text, kind, near }]
  })
  return [...unknown.take(mostUnknown)]
}

/** One is asked about at a time; each costs a look at every name of the world. */
const mostUnknown = 8

const looksNamed = (word: string): boolean =>
  /_|[\p{L}]\d|\d[\p{L}]{2,}/u.test(word) && !/^\d+(?:st|nd|rd|th|am|pm|h|d|w|m|k|gb|mb)$|^\d+-|^v\d+$/u.test(word)

/** "run_999" looks like "run_101". */
function alike(word: string, kind: EntityKind, world: World): boolean {
  const shape = (text: string): string => text.replace(/\d+/gu, '0')
  const wanted = shape(word)
  return namesIn(kind, world).some((name) => shape(name) === wanted)
}
