/** The sentences of the best passages, each weighed by how much of the question it holds. */
import { sentencesOf } from '../language/sentences.ts'
import { tokenize } from '../language/tokens.ts'
import type { Hit } from '../search/search.ts'
import { type AnswerKind, candidatesIn } from './question.ts'
import type { Stems } from './terms.ts'

export interface Sentence {
  readonly hit: Hit
  readonly text: string
  /** In the source, in UTF-16 units. */
  readonly start: number
  readonly end: number
  /** Share of the question's weight that the sentence says itself. */
  readonly coverage: number
  /** Share that the passage it stands in says, its title included. */
  readonly passageCoverage: number
  readonly fitsKind: boolean
  /** The passage's search score as a share of the best one's. */
  readonly rank: number
  /** The higher coverage of the sentences before and after: questions often ask about what the next sentence says. */
  readonly neighbours: number
  /** Share of the question's weight on words its collection holds nowhere. */
  readonly unknown: number
  readonly score: number
}

export interface Weighing {
  readonly question: string
  readonly kind: AnswerKind
  /** idf by stem of the question. */
  readonly weights: ReadonlyMap<string, number>
  /** Stems of the question that the collection holds nowhere. */
  readonly unknown: ReadonlySet<string>
  readonly stems: Stems
}

/** What counts beside the sentence's own words; found on questions over encyclopedia paragraphs. */
const passageShare = 0.2
const rankShare = 0.3
const kindBonus = 0.3
const neighbourShare = 0.15

/** Best first. `hits` are in rank order. */
export function weighSentences(hits: readonly Hit[], weighing: Weighing): readonly Sentence[] {
  const best = hits[0]?.score ?? 1
  const unknown = shareOf(weighing.weights, (term) => weighing.unknown.has(term))
  return hits
    .flatMap((hit) => {
      const passageCoverage = coverageOf(`${hit.title}\n${hit.text}`, weighing)
      const spans = sentencesOf(hit.text)
      const coverages = spans.map(({ start, end }) => coverageOf(hit.text.slice(start, end), weighing))
      return spans.map((span, at): Sentence => {
        const text = hit.text.slice(span.start, span.end)
        const coverage = coverages[at] ?? 0
        const neighbours = Math.max(coverages[at - 1] ?? 0, coverages[at + 1] ?? 0)
        const fitsKind = candidatesIn(text, weighing.kind, weighing.question).length > 0
        const bonus = fitsKind && weighing.kind !== 'open' ? kindBonus : 0
        const rank = hit.score / best
        const context = passageShare * passageCoverage + rankShare * rank + neighbourShare * neighbours
        return {
          hit,
          text,
          coverage,
          passageCoverage,
          fitsKind,
          rank,
          neighbours,
          unknown,
          start: hit.start + span.start,
          end: hit.start + span.end,
          score: coverage + context + bonus,
        }
      })
    })
    .filter(({ text }) => !heading.test(text))
    .toSorted((left, right) => right.score - left.score)
}

/** A heading says what its section answers, never the answer; it counts as a neighbour only. */
const heading = /^#{1,6}\s/

/** Share of the question's idf mass that the text's words carry, 0 to 1. */
function coverageOf(text: string, { weights, stems }: Weighing): number {
  const said = new Set(tokenize(text).map((word) => stems.get(word)))
  return shareOf(weights, (term) => said.has(term))
}

function shareOf(weights: ReadonlyMap<string, number>, counts: (term: string) => boolean): number {
  let total = 0
  let share = 0
  for (const [term, weight] of weights) {
    total += weight
    if (counts(term)) share += weight
  }
  return total === 0 ? 0 : share / total
}
