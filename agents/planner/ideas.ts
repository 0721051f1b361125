/** From words to ideas: phrases before single words, each word counted once, words without an idea standing for themselves. */
import { hints, ideas, listable, plainWords, thingIdeas } from './lexicon.ts'
import { valueWords } from './values.ts'
import { nameWords, stem, type Word, wordsOf } from './words.ts'

export interface IdeaHit {
  readonly idea: string
  /** 1 for a word that says the idea, .5 for a hint, .8 for a word that stands for itself. */
  readonly weight: number
  readonly start: number
  readonly end: number
}

interface Phrase {
  readonly idea: string
  /** Stems; null where a few words may stand between. */
  readonly parts: readonly (string | null)[]
}

const widestGap = 6

/** `free` says which words may speak: names and quoted text keep silent, but a phrase may reach across them. */
export function ideasOf(words: readonly Word[], free: (word: Word) => boolean = () => true): readonly IdeaHit[] {
  const stems = words.map((word) => (free(word) ? word.stem : ''))
  const used = new Set<number>()
  const phrased = new Set<number>()
  const hits: IdeaHit[] = []
  for (const { phrase, at } of candidates(stems)) {
    const places = match(phrase.parts, stems, at)
    if (!places || places.some((place) => phrased.has(place))) continue
    for (const place of places) (places.length > 1 ? phrased : used).add(place)
    const [first, last] = [words[places[0] ?? 0], words[places.at(-1) ?? 0]]
    if (first && last) hits.push({ idea: phrase.idea, weight: 1, start: first.start, end: last.end })
  }
  const alone = words.flatMap((word, at) =>
    stems[at] === '' || phrased.has(at) ? [] : [...(used.has(at) ? [] : selfOf(word)), ...hintsOf(words, at)],
  )
  return [...hits, ...alone]
}

/** What a word hints at without saying it. */
function hintsOf(words: readonly Word[], at: number): readonly IdeaHit[] {
  const word = words[at]
  if (!word) return []
  const { start, end } = word
  const hinted = (hintsByStem.get(word.stem) ?? []).map((idea) => ({ idea, weight: 0.5, start, end }))
  return asksList(words, at) ? [{ idea: 'list', weight: 0.8, start, end }, ...hinted] : hinted
}

const asksList = (words: readonly Word[], at: number): boolean =>
  listable.has(words[at]?.lower ?? '') &&
  words.slice(Math.max(0, at - 5), at).some(({ lower }) => /^(?:which|what|all|show|our|my|any|every)$/u.test(lower))

/** Ideas of a plain text, for a tool's own words. */
export const ideasOfText = (text: string): readonly IdeaHit[] => ideasOf(wordsOf(nameWords(text).join(' ')))

function* candidates(stems: readonly string[]): Iterable<{ readonly phrase: Phrase; readonly at: number }> {
  const found = stems.flatMap((word, at) => (phrasesByStart.get(word) ?? []).map((phrase) => ({ phrase, at })))
  yield* found.sort((left, right) => right.phrase.parts.length - left.phrase.parts.length || left.at - right.at)
}

/** The places of a phrase's words, or undefined. */
function match(parts: readonly (string | null)[], stems: readonly string[], from: number): readonly number[] | undefined {
  const places: number[] = []
  let at = from
  let gap = 0
  for (const part of parts) {
    if (part === null) {
      gap = widestGap
      continue
    }
    const found = stems.indexOf(part, at)
    if (found < 0 || found > at + gap) return undefined
    places.push(found)
    at = found + 1
    gap = 0
  }
  return places
}

function selfOf(word: Word): readonly IdeaHit[] {
  if (plainWords.has(word.lower) || /^\d/u.test(word.lower) || knownStems.has(word.stem)) return []
  return [{ idea: `=${word.stem}`, weight: 0.8, start: word.start, end: word.end }]
}

const phraseOf = (text: string): readonly (string | null)[] => text.split(/[ /]/u).map((part) => (part === '…' ? null : stem(part)))

const phrases: readonly Phrase[] = Object.entries(ideas).flatMap(([idea, said]) => said.map((text) => ({ idea, parts: phraseOf(text) })))

const phrasesByStart = groupBy(phrases, (phrase) => phrase.parts[0] ?? '')

const hintsByStem = new Map(Object.entries(hints).map(([word, list]) => [stem(word), list]))

/** Words that mean something to the planner though they carry no idea of their own: values, hints. */
const knownStems: ReadonlySet<string> = new Set([
  ...Object.keys(hints).map(stem),
  ...Object.values(valueWords).flatMap((said) => said.flatMap((text) => text.split(/[\s-]+/u).map(stem))),
])

const vocabulary: ReadonlySet<string> = new Set([...knownStems, ...phrases.flatMap(({ parts }) => parts.filter((part) => part !== null))])

/** A word of grammar or of the trade: not a name that somebody gave. */
export const isKnownWord = (word: string): boolean =>
  plainWords.has(word.toLowerCase()) ||
  word
    .toLowerCase()
    .split('-')
    .every((part) => plainWords.has(part) || vocabulary.has(stem(part)) || /^\d*$/u.test(part))

/** Whether a text begins with a deed: a verb of the trade, alone or with its particle further on. */
export function startsWithDeed(text: string): boolean {
  const words = wordsOf(text, widestGap + 3)
  const stems = words.map((word) => word.stem)
  const first = words[0]
  if (!first) return false
  if (hintVerbs.has(first.lower)) return true
  return (phrasesByStart.get(first.stem) ?? []).some(({ idea, parts }) => !thingIdeas.has(idea) && match(parts, stems, 0) !== undefined)
}

const hintVerbs: ReadonlySet<string> = new Set(['check', 'score', 'move', 'change', 'predict', 'show', 'put'])

function groupBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item])
  return groups
}
