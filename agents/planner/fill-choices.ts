/** Slots that take one of a list, a measure or a yes: found by the value's usual words, minus what the person excluded. */
import type { Span } from './contract.ts'
import { apart } from './entities.ts'
import { type Filling, free, saidIn, set } from './filling.ts'
import { plainWords } from './lexicon.ts'
import type { Slot } from './slots.ts'
import { families, metricWords, preferredValues, wordingsOf } from './values.ts'
import { stem, type Word } from './words.ts'

interface Found extends Span {
  readonly value: string
  readonly excluded: boolean
}

export function fillChoice(filling: Filling, slot: Slot): void {
  const found = findValues(
    filling,
    slot.choices.map((value) => [value, wordingsOf(value)] as const),
  )
  const some = found.some(({ excluded }) => excluded)
  const wanted = found.filter((one) => !one.excluded && !(some && one.value === 'auto') && meant(filling, slot, one))
  if (slot.many) {
    if (wanted.length > 0) set(filling, slot, [...new Set(wanted.map(({ value }) => value))], wanted[0])
    return
  }
  const [first, ...rest] = wanted.filter(({ value }, at) => wanted.findIndex((other) => other.value === value) === at)
  if (first) {
    set(filling, slot, first.value, first)
    const more = rest.filter((one) => coordinated(filling, first, one))
    if (more.length > 0)
      filling.more.set(
        slot.name,
        more.map((span) => ({ value: span.value, span })),
      )
    return
  }
  const excluded = new Set(found.filter((one) => one.excluded || one.value === 'auto').map(({ value }) => value))
  const remaining = [...preferredValues, ...slot.choices].find((value) => slot.choices.includes(value) && !excluded.has(value))
  if (some && remaining !== undefined) set(filling, slot, remaining)
}

/** "all" and other words of grammar are a value only beside a word of the slot's name: "all versions". */
function meant({ clause }: Filling, slot: Slot, found: Found): boolean {
  if (!plainWords.has(found.text.toLowerCase())) return true
  const at = clause.words.findIndex(({ start }) => start === found.start)
  return [clause.words[at - 1], clause.words[at + 1], clause.words[at + 2]].some(
    (word) => word !== undefined && slot.nameStems.includes(word.stem),
  )
}

/** A value of the slot's family that was said and that the slot does not offer. */
export function unavailable(filling: Filling, slot: Slot): string | undefined {
  const missing = families
    .filter((family) => family.some((value) => slot.choices.includes(value)))
    .flatMap((family) => family.filter((value) => !slot.choices.includes(value)))
  const wordings = missing.map((value) => [value, wordingsOf(value)] as const)
  const own = slot.choices.map((value) => [value, wordingsOf(value)] as const)
  return findValues(filling, [...wordings, ...own]).find(({ value, excluded }) => !excluded && missing.includes(value))?.text
}

export function fillMetric(filling: Filling, slot: Slot): void {
  const found = findValues(filling, Object.entries(metricWords)).filter(({ excluded }) => !excluded)
  const [first] = found
  if (first) set(filling, slot, slot.many ? [...new Set(found.map(({ value }) => value))] : first.value, first)
}

/** A flag is set when its own word is said. */
export function fillFlag(filling: Filling, slot: Slot): void {
  const word = filling.clause.words.find((one) => slot.nameStems.includes(one.stem) && free(filling, one))
  if (word) set(filling, slot, !negatedBefore(filling, word.start), word)
}

/** Longest wording first, so that "random forest" is not "forest"; in the order of the clause. */
function findValues(filling: Filling, values: readonly (readonly [string, readonly string[]])[]): readonly Found[] {
  const wordings = values
    .flatMap(([value, said]) =>
      [value, value.replaceAll('_', ' '), ...said].map((text) => ({ value, parts: text.split(/[\s-]+/u).map(stem) })),
    )
    .sort((left, right) => right.parts.length - left.parts.length || right.parts.join('').length - left.parts.join('').length)
  const words = pieces(filling)
  const stems = new Set(words.map((word) => word.stem))
  const found: Found[] = []
  for (const { value, parts } of wordings) {
    if (!parts.every((part) => stems.has(part))) continue
    for (const span of sequences(filling, words, parts)) {
      if (found.every((other) => apart(other, span)) && free(filling, span))
        found.push({ ...span, value, excluded: negatedBefore(filling, span.start) })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

function sequences(filling: Filling, words: readonly Word[], parts: readonly string[]): readonly Span[] {
  return words.flatMap((word, at) => {
    const last = words[at + parts.length - 1]
    if (!last || !parts.every((part, offset) => words[at + offset]?.stem === part)) return []
    return [{ start: word.start, end: last.end, text: filling.clause.text.slice(word.start, last.end) }]
  })
}

/** Words as they stand, and "a/b" as one. */
function pieces({ clause, start, end }: Filling): readonly Word[] {
  const slashed = [...clause.text.slice(start, end).matchAll(/\b[a-z]\/[a-z]\b/giu)].map((match) => {
    const lower = match[0].toLowerCase()
    return { text: match[0], lower, stem: stem(lower), start: start + match.index, end: start + match.index + match[0].length }
  })
  const names = [...clause.entities, ...clause.quoted, ...clause.paths]
  const words = clause.words.filter((word) => [...slashed, ...names].every((one) => apart({ ...one, text: '' }, { ...word, text: '' })))
  return [...words.flatMap(partsOf), ...slashed].sort((left, right) => left.start - right.start)
}

/** "k-nearest-neighbours" as its parts. */
function partsOf(word: Word): readonly Word[] {
  return [...word.text.matchAll(/[^-]+/gu)].map((match) => {
    const lower = match[0].toLowerCase()
    return { text: match[0], lower, stem: stem(lower), start: word.start + match.index, end: word.start + match.index + match[0].length }
  })
}

const exclusion =
  /(?:\b(?:all|any\w*|every\w*|each)\b[^,.;]{0,20}\sbut|\b(?:except(?: for)?|but not|not|excluding|other than|instead of|rather than|without|besides|apart from|no|never|avoid))\s+(?:(?:a|an|the|with|using|use|for|to|in|into|on|at|by|as)\s+)*$/iu

/** "not X or Y", "everything but X and Y": an exclusion reaches over a list; a bare "not X and Y" ends at the "and". */
function negatedBefore(filling: Filling, at: number): boolean {
  const said = saidIn(filling).slice(0, at - filling.start)
  if (exclusion.test(said)) return true
  const list = /[\p{L}_ -]+(?:,| or | nor | and )\s*(?:[\p{L}_ -]+(?:,| or | nor | and )\s*)*$/iu.exec(said)?.[0] ?? ''
  const marker = marked.exec(list)
  return marker !== null && (exception.test(marker[0]) || !list.includes(' and '))
}

const exception = /except|excluding|other than|rather than|without|besides|apart from|\bbut\b/iu
const marked =
  /(?:\b(?:all|any\w*|every\w*|each)\b[^,.;]{0,20}\sbut|\b(?:except(?: for)?|but not|not|excluding|other than|instead of|rather than|without|besides|apart from))\s/iu

const coordinated = (filling: Filling, first: Span, other: Span): boolean =>
  /\b(?:and|or|vs|versus)\b|,|&/u.test(filling.clause.text.slice(first.end, other.start)) && other.start - first.end < 80
