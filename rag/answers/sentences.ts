/** The sentences of the best passages, each weighed by how much of the question it holds. */
import { sentencesOf } from '../language/sentences.ts'
import { tokenize } from '../language/tokens.ts'
import type { Hit } from '../search/search.ts'
import { type Asked, coverageOf, saidBy } from './asked.ts'
import { candidatesIn } from './question.ts'

/** A passage, as far as it speaks of the question. Each figure from 0 to 1. */
export interface WeighedPassage {
  readonly hit: Hit
  /** Share of the question that it says, its title included. */
  readonly coverage: number
  /** Share of the question's names and numbers that it says; its coverage where there are none. */
  readonly names: number
  /** Share of the question's neighbouring words that stand near each other in it. */
  readonly together: number
}

export interface Sentence {
  readonly passage: WeighedPassage
  readonly hit: Hit
  /** Number of the sentence in its passage, from 0. */
  readonly ordinal: number
  readonly text: string
  /** In the source, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** Stems of the question that the sentence says, each with its share of the question. */
  readonly said: ReadonlyMap<string, number>
  /** Share of the question that the sentence says itself. */
  readonly coverage: number
  /** It holds a number, date or name where the question asks for one. */
  readonly fitsKind: boolean
  readonly score: number
}

/** What counts beside the sentence's own words; found on questions over encyclopedia paragraphs. */
const passageShare = 0.2
const rankShare = 0.3
const kindBonus = 0.3
/** Questions often ask about what the sentence after says. */
const neighbourShare = 0.15
/** Words between two that stand together. */
const reach = 3

/** In no order. `best` is the score of the best hit of all. */
export function weighPassage(hit: Hit, best: number, asked: Asked): readonly Sentence[] {
  const passage = readPassage(hit, asked)
  const spans = sentencesOf(hit.text)
  const said = spans.map(({ start, end }) => saidBy(tokenize(hit.text.slice(start, end)), asked))
  const coverages = said.map((stems) => coverageOf(stems, asked))
  const context = passageShare * passage.coverage + (best > 0 ? (rankShare * hit.score) / best : 0)
  return spans.flatMap((span, ordinal): Sentence[] => {
    const text = hit.text.slice(span.start, span.end)
    if (heading.test(text)) return []
    const coverage = coverages[ordinal] ?? 0
    const neighbours = Math.max(coverages[ordinal - 1] ?? 0, coverages[ordinal + 1] ?? 0)
    const fitsKind = candidatesIn(text, asked.kind, asked.question).length > 0
    return [
      {
        passage,
        hit,
        ordinal,
        text,
        coverage,
        fitsKind,
        said: new Map([...(said[ordinal] ?? [])].map(([stem, credit]) => [stem, credit * (asked.shares.get(stem) ?? 0)])),
        start: hit.start + span.start,
        end: hit.start + span.end,
        score: coverage + context + neighbourShare * neighbours + (fitsKind ? kindBonus : 0),
      },
    ]
  })
}

/** A heading says what its section answers, never the answer; it counts as a neighbour only. */
const heading = /^#{1,6}\s/

function readPassage(hit: Hit, asked: Asked): WeighedPassage {
  const words = tokenize(`${hit.title}\n${hit.text}`)
  const said = saidBy(words, asked)
  const coverage = coverageOf(said, asked)
  const names = asked.names.size > 0 ? coverageOf(said, asked, asked.names) : coverage
  return { hit, coverage, names, together: togetherness(words, asked) ?? coverage }
}

/** Undefined for a question of one word. */
function togetherness(words: readonly string[], { pairs, shares, credits }: Asked): number | undefined {
  if (pairs.length === 0) return undefined
  const places = new Map<string, number[]>()
  for (const [at, word] of words.entries()) {
    for (const [stem] of credits.get(word) ?? []) places.set(stem, [...(places.get(stem) ?? []), at])
  }
  let total = 0
  let near = 0
  for (const [left, right] of pairs) {
    const weight = (shares.get(left) ?? 0) + (shares.get(right) ?? 0)
    total += weight
    if (areNear(places.get(left) ?? [], places.get(right) ?? [])) near += weight
  }
  return total > 0 ? near / total : undefined
}

const areNear = (left: readonly number[], right: readonly number[]): boolean =>
  left.some((one) => right.some((other) => Math.abs(one - other) <= reach))
