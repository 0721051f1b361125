/** A question as it is compared with passages: its content words, how much each weighs, and which of them are names. */
import { tokenize } from '../language/tokens.ts'
import { type AskedTerm, type Credits, creditsOf } from './likeness.ts'
import { type AnswerKind, answerKind } from './question.ts'

export interface Asked {
  readonly question: string
  readonly kind: AnswerKind
  /** Share of the whole question by stem; they sum to 1. */
  readonly shares: ReadonlyMap<string, number>
  /** Stems of names and numbers, which an answer's passage can hardly do without. */
  readonly names: ReadonlySet<string>
  /** Stems that follow each other in the question. */
  readonly pairs: readonly (readonly [string, string])[]
  /** What words of the passages say of the question. */
  readonly credits: ReadonlyMap<string, Credits>
}

export interface AskedParts {
  readonly question: string
  /** Without question words, in order. */
  readonly content: readonly string[]
  /** Of the question's words and of the passages'. */
  readonly stems: ReadonlyMap<string, string>
  /** idf by stem. */
  readonly weights: ReadonlyMap<string, number>
}

export function readQuestion({ question, content, stems, weights }: AskedParts): Asked {
  const terms = new Map<string, AskedTerm>()
  const sequence: string[] = []
  for (const word of content) {
    const stem = stems.get(word)
    if (stem === undefined) continue
    sequence.push(stem)
    if (!terms.has(stem)) terms.set(stem, { stem, word })
  }
  const total = [...terms.keys()].reduce((sum, stem) => sum + (weights.get(stem) ?? 0), 0)
  return {
    question,
    kind: answerKind(question),
    shares: new Map([...terms.keys()].map((stem) => [stem, total > 0 ? (weights.get(stem) ?? 0) / total : 0])),
    names: namesIn(question, stems, terms),
    pairs: sequence.flatMap((stem, at): [string, string][] => {
      const next = sequence[at + 1]
      return next === undefined || next === stem ? [] : [[stem, next]]
    }),
    credits: creditsOf([...terms.values()], stems.keys(), stems),
  }
}

/** Capitals inside the question, and whatever holds a digit. */
function namesIn(question: string, stems: ReadonlyMap<string, string>, terms: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { 0: word, index } of question.matchAll(/[\p{L}\p{M}\p{N}_'’]+/gu)) {
    if (!(index > 0 && /^\p{Lu}/u.test(word)) && !/\p{N}/u.test(word)) continue
    for (const stem of tokenize(word).flatMap((token) => stems.get(token) ?? [])) if (terms.has(stem)) names.add(stem)
  }
  return names
}

/** Which stems of the question some words say, and how surely. */
export function saidBy(words: readonly string[], { credits }: Pick<Asked, 'credits'>): ReadonlyMap<string, number> {
  const said = new Map<string, number>()
  for (const word of words) {
    for (const [stem, credit] of credits.get(word) ?? []) if (credit > (said.get(stem) ?? 0)) said.set(stem, credit)
  }
  return said
}

/** Share of the question that is said, 0 to 1; of its names only where they are given. */
export function coverageOf(said: ReadonlyMap<string, number>, { shares }: Pick<Asked, 'shares'>, only?: ReadonlySet<string>): number {
  let total = 0
  let covered = 0
  for (const [stem, share] of shares) {
    if (only && !only.has(stem)) continue
    total += share
    covered += share * (said.get(stem) ?? 0)
  }
  return total > 0 ? covered / total : 0
}
