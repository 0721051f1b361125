/** Slots that take names: those of the world, new ones that the person gives, columns, and people. */
import type { Span } from './contract.ts'
import { type ColumnMention, type Entity, isEntityKind, namesIn } from './entities.ts'
import { after, before, type Filling, free, open, placed, saidIn, set, unused } from './filling.ts'
import { isKnownWord } from './ideas.ts'
import type { Slot } from './slots.ts'
import { stem } from './words.ts'

const nameAfter = String.raw`(?:"([^"]+)"|'([^']+)'|([\p{L}\p{N}_][\p{L}\p{N}_.-]*))`
const newNamePatterns = [
  String.raw`\b(?:called|named)\s+${nameAfter}`,
  String.raw`\b(?:call|name)\s+(?:it|them|this|that|the \p{L}+|result|the result)\s+${nameAfter}`,
  String.raw`\bunder\s+(?:the\s+)?(?:name\s+)?(?:of\s+)?${nameAfter}`,
  String.raw`\b(?:with|by) (?:the )?name\s+(?:of\s+)?${nameAfter}`,
  String.raw`\bas\s+(?:a |the |an )?(?:new |next )?(?:model |dataset |table |version of |pipeline )*${nameAfter}`,
  String.raw`\b(?:a|another|as|the)\s+(?:new |next )?(?:model )?version (?:of|for)\s+(?:the )?(?:model )?${nameAfter}`,
  String.raw`\b(?:save|store|write|put|output|keep|materiali[sz]e)\b.{0,40}?\b(?:in|into|to)\s+(?:a |the )?(?:new )?(?:dataset |table )?${nameAfter}`,
  String.raw`\binto\s+(?:a |the )?(?:new )?(?:dataset |table |file )?([\p{L}\p{N}]+[_-][\p{L}\p{N}_.-]+)`,
].map((pattern) => new RegExp(pattern, 'iu'))

/** "as X", "call it X", "named X", "under X", "save it to X". */
export function fillNewName(filling: Filling, slot: Slot): void {
  const said = saidIn(filling)
  for (const pattern of newNamePatterns) {
    const match = pattern.exec(said)
    const name = (match?.[1] ?? match?.[2] ?? match?.[3] ?? '').replace(/[.,]+$/u, '')
    if (!match || name === '' || /^\d+%?$/u.test(name)) continue
    const start = match.index + match[0].lastIndexOf(name)
    const span = placed(filling, { start, end: start + name.length, text: name })
    const entity = filling.clause.entities.find((one) => one.start <= span.start && span.start < one.end)
    if (!entity && isKnownWord(name)) continue
    if (!free(filling, entity ?? span)) continue
    set(filling, slot, entity?.name ?? name, entity ?? span)
    return
  }
}

const secondary =
  /\b(?:against|versus|vs\.?|compared (?:to|with)|relative to|reference|baseline|than|from|to|with|like|and)\s+(?:the\s+)?(?:\p{L}+\s+)?$/iu

/** Names for one slot of the world: the reference is what stands behind "against", "with", "from" or "like". */
export function fillEntities(filling: Filling): void {
  const slots = filling.known.slots.filter((slot) => isEntityKind(slot.kind) && open(filling, slot))
  for (const kind of new Set(slots.map((slot) => slot.kind))) {
    const own = slots.filter((slot) => slot.kind === kind)
    const mentions = distinct(unused(filling, filling.clause.entities).filter((entity) => entity.kinds.some((one) => one === kind)))
    assign(filling, own, mentions)
  }
}

function assign(filling: Filling, slots: readonly Slot[], mentions: readonly Entity[]): void {
  const [first, second] = slots
  if (!first || mentions.length === 0) return
  if (first.many) {
    const names = listOf(filling, first, mentions)
    if (names.length > 0) set(filling, first, names, spanOver(filling, mentions))
    return
  }
  if (!second) {
    setOneOrMore(filling, first, mentions)
    return
  }
  const isSecond = (mention: Entity): boolean => secondary.test(before(filling, mention.start))
  const other =
    mentions.length > 1
      ? (mentions.find((one) => strongSecond.test(before(filling, one.start))) ??
        mentions.find((one, at) => at > 0 && isSecond(one)) ??
        mentions[1])
      : undefined
  const main = mentions.find((mention) => mention !== other)
  if (main) set(filling, first, main.name, main)
  if (other) set(filling, second, other.name, other)
}

const leftOut =
  /(?:\b(?:except(?: for)?|but not|excluding|without|other than|apart from|minus|save for|not)|\b(?:all|any\w*|every\w*|each)\b[^,.;]{0,20}\sbut)\s+(?:the\s+)?$/iu

/** Names that a list is to do without: "all but x", "without x and y". */
export function leftOutOf(text: string, mentions: readonly Entity[]): readonly Entity[] {
  return mentions.filter((mention, at) => {
    const previous = mentions[at - 1]
    const listed = previous && /^\s*(?:,|and|or|nor)\s*(?:and |or )?$/iu.test(text.slice(previous.end, mention.start))
    return leftOut.test(text.slice(0, mention.start)) || (listed === true && leftOut.test(text.slice(0, previous.start)))
  })
}

/** Those that are said, or all there are without those that are excluded. */
function listOf(filling: Filling, slot: Slot, mentions: readonly Entity[]): readonly string[] {
  const without = new Set(leftOutOf(filling.clause.text, mentions).map(({ name }) => name))
  const said = mentions.map(({ name }) => name).filter((name) => !without.has(name))
  if (without.size === 0 || said.length > 0 || !isEntityKind(slot.kind)) return said
  return /\b(?:all|every|everything|each|any)\b/iu.test(saidIn(filling))
    ? namesIn(slot.kind, filling.world).filter((name) => !without.has(name))
    : []
}

const strongSecond =
  /\b(?:against|versus|vs\.?|compared (?:to|with)|relative to|reference|baseline|drift(?:ed)?(?: away)? from|like|from|with)\s+(?:the\s+)?$/iu

function setOneOrMore(filling: Filling, slot: Slot, mentions: readonly Entity[]): void {
  const [first, ...rest] = mentions
  if (!first) return
  set(filling, slot, first.name, first)
  const listed = rest.filter((mention, at) =>
    /^[\s,&]*(?:and|or|,|&|as well as|plus)\s*(?:also\s+)?(?:the\s+)?$/iu.test(
      filling.clause.text.slice((rest[at - 1] ?? first).end, mention.start),
    ),
  )
  if (listed.length > 0)
    filling.more.set(
      slot.name,
      listed.map((span) => ({ value: span.name, span })),
    )
}

/** Each name once, the occurrence nearest to a preposition of reference kept. */
function distinct(mentions: readonly Entity[]): readonly Entity[] {
  const seen = new Map<string, Entity>()
  for (const mention of mentions) seen.set(mention.name, mention)
  return [...seen.values()].sort((left, right) => left.start - right.start)
}

const spanOver = (filling: Filling, list: readonly Span[]): Span => {
  const start = Math.min(...list.map((one) => one.start))
  const end = Math.max(...list.map((one) => one.end))
  return { start, end, text: filling.clause.text.slice(start, end) }
}

/** Whatever has a name: a model before a run before data. */
export function fillArtifact(filling: Filling, slot: Slot): void {
  const order = ['model', 'run', 'dataset', 'collection', 'pipeline', 'suite']
  const found = [...unused(filling, filling.clause.entities)].sort((left, right) => rankOf(left) - rankOf(right))[0]
  if (found) set(filling, slot, found.name, found)

  function rankOf(entity: Entity): number {
    return Math.min(...entity.kinds.map((kind) => order.indexOf(kind)))
  }
}

/** A new collection or the like, where files are read into it: "into X", "to X", "as X". */
export function fillFresh(filling: Filling, slot: Slot): void {
  const pattern = new RegExp(
    String.raw`\b(?:into|in|to|as|called|named|collection)\s+(?:the |a )?(?:new )?(?:collection )?(?:called |named )?${nameAfter}`,
    'giu',
  )
  for (const match of saidIn(filling).matchAll(pattern)) {
    const name = (match[1] ?? match[2] ?? match[3] ?? '').replace(/[.,]+$/u, '')
    const start = match.index + match[0].lastIndexOf(name)
    const span = placed(filling, { start, end: start + name.length, text: name })
    const called = /\b(?:called|named)\s/iu.test(match[0])
    if (name === '' || (isKnownWord(name) && !called) || !free(filling, span)) continue
    set(filling, slot, name, span)
    return
  }
}

const labelCue =
  /\b(?:target(?:ing)?|predict(?:s|ing)?|label|outcome|forecast(?:s|ing)?|classify(?:ing)?|model of|estimate)\s*(?:column|is|=|:|the)?\s*$/iu

/** Arguments that say what is predicted; some learners go without. */
const aims: ReadonlySet<string> = new Set(['target', 'label', 'outcome'].map(stem))
const aimCue = new RegExp(String.raw`${labelCue.source}|\bfor\s+(?:the\s+)?$`, 'iu')

/** Columns of the data the call speaks of come before columns of other data. */
export function fillColumns(filling: Filling, slot: Slot): void {
  const mentions = columnsFor(filling)
  if (slot.many) {
    if (mentions.length > 0) set(filling, slot, [...new Set(mentions.map(({ name }) => name))], spanOver(filling, mentions))
    return
  }
  const cued = mentions.find((mention) => cue(filling, slot, mention))
  if (cued) {
    set(filling, slot, cued.name, cued)
    return
  }
  if (!slot.required) {
    const aim = slot.nameStems.some((one) => aims.has(one))
      ? mentions.find((mention) => aimCue.test(before(filling, mention.start)))
      : undefined
    if (aim) set(filling, slot, aim.name, aim)
    return
  }
  const chosen =
    mentions.find((mention) => labelCue.test(before(filling, mention.start))) ??
    mentions.find((mention) => /\b(?:for|of|to|on|by|across)\s+(?:the\s+)?$/iu.test(before(filling, mention.start))) ??
    mentions[0]
  if (chosen) set(filling, slot, chosen.name, chosen)
}

function columnsFor(filling: Filling): readonly ColumnMention[] {
  const mentions = unused(filling, filling.clause.columns)
  const datasets = [...filling.values.values()].filter((value) => typeof value === 'string' && value in filling.world.datasets)
  const own = mentions.filter((mention) => datasets.some((dataset) => mention.datasets.some((one) => one === dataset)))
  return own.length > 0 ? own : datasets.length > 0 ? [] : mentions
}

/** A word of the slot's own name shortly before the column or right behind it. */
function cue(filling: Filling, slot: Slot, mention: ColumnMention): boolean {
  const near = [
    ...before(filling, mention.start, 28)
      .split(/[^\p{L}]+/u)
      .slice(-4),
    ...after(filling, mention.end, 16)
      .split(/[^\p{L}]+/u)
      .slice(0, 3),
  ]
  const own = new Set(slot.nameStems.filter((one) => !['bi', 'by', 'column', 'a'].includes(one)))
  return near.some((word) => [...own].some((one) => one === stem(word) || (one.length > 4 && stem(word).startsWith(one.slice(0, -1)))))
}

/** A column of data the world does not know yet: the word behind "target", "predict" or "for". */
export function fillUnseenColumn(filling: Filling, slot: Slot): void {
  const datasets = filling.known.slots.filter(({ kind }) => kind === 'dataset').map(({ name }) => filling.values.get(name))
  if (datasets.some((value) => typeof value === 'string' && value in filling.world.datasets)) return
  if (datasets.every((value) => value === undefined)) return
  const match = /\b(?:target(?:ing)?|predict(?:s|ing)?|label|for)\s+(?:column\s+|the\s+)?([\p{L}_][\p{L}\p{N}_]*)/iu.exec(saidIn(filling))
  const name = match?.[1]
  if (!match || name === undefined || isKnownWord(name)) return
  const start = match.index + match[0].length - name.length
  const span = placed(filling, { start, end: start + name.length, text: name })
  if (free(filling, span)) set(filling, slot, name, span)
}

export function fillActor(filling: Filling, slot: Slot): void {
  const said = saidIn(filling)
  for (const pattern of actorPatterns) {
    const match = pattern.exec(said)
    const name = match?.[1]
    if (!match || name === undefined || isKnownWord(name)) continue
    const start = match.index + match[0].indexOf(name)
    const span = placed(filling, { start, end: start + name.length, text: name })
    if (!free(filling, span) || filling.clause.entities.some((entity) => entity.start === span.start)) continue
    set(filling, slot, name, span)
    return
  }
}

const person = String.raw`([\p{L}][\p{L}\p{N}_.@-]*)`
const actorPatterns = [
  new RegExp(String.raw`\b(?:by|did|has|user|actor|does)\s+${person}`, 'iu'),
  new RegExp(String.raw`${person}\s+(?:did|has|changed|made|deployed|promoted|deleted)\b`, 'iu'),
]
