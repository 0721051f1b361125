/**
 * Whether a passage says what a sentence claims, by its words: every figure must be there as it is, near a word of the sentence;
 * every name; and most of the other words, inflection aside. It cannot understand; what it cannot confirm does not count.
 */
import { type Span, sentencesOf } from '../language/sentences.ts'
import { tokenize } from '../language/tokens.ts'
import type { Hit } from '../search/search.ts'
import type { Quote } from './cite.ts'
import { figuresIn, valuesIn } from './figures.ts'
import { likenessOf } from './likeness.ts'
import { givesOrders } from './orders.ts'

/** Share of the claim's words that must be there. */
const enough = 0.6
/** Words spelt as alike as this are one word inflected. */
const sameWord = 0.6

/** What a sentence claims, as far as it can be looked up. */
export interface Claim {
  readonly words: readonly string[]
  readonly names: ReadonlySet<string>
  readonly figures: readonly string[]
  readonly denies: boolean
}

const denial =
  /(?<!\p{L})(not|no|never|none|neither|nor|cannot|without|n['’]t|nicht|kein\p{L}*|nie|niemals|ohne|no|nunca|ning\p{L}+|sin|ne|pas|jamais|sans|non|mai|não|geen|niet|inte|ikke|не|нет|нельзя)(?!\p{L})|\p{L}n['’]t(?!\p{L})/iu
/** "At most five" is how "not more than five" is said without a denial. */
const limit =
  /(?<!\p{L})(at (most|least)|only|up to|fewer|less|more than|höchstens|mindestens|nur|bis zu|máximo|mínimo|solo|sólo|au plus|seulement)(?!\p{L})/iu
const shortWord = 3
const letters = /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]+$/u

export function claimOf(sentence: string): Claim {
  const names = new Set<string>()
  for (const { 0: word, index } of sentence.matchAll(/[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*/gu)) {
    if (/^\p{Lu}/u.test(word) && /\S/u.test(sentence.slice(0, index))) for (const token of tokenize(word)) names.add(token)
  }
  const words = [...new Set(tokenize(sentence))].filter((word) => !/\p{N}/u.test(word) && (names.has(word) || isContent(word)))
  return { words, names, figures: figuresIn(sentence), denies: denial.test(sentence) }
}

/** In alphabets with spaces the shortest words are grammar; elsewhere words are short. */
const isContent = (word: string): boolean => !letters.test(word) || word.length > shortWord

/** What one passage has of a claim. */
export interface Finding {
  readonly words: ReadonlySet<string>
  readonly figures: ReadonlySet<string>
  /** The sentence that has most of it. */
  readonly quote: Quote & { readonly share: number }
  /** That sentence denies and the claim does not, or the other way round. */
  readonly contradicts: boolean
}

interface ReadSentence extends Span {
  readonly text: string
  readonly words: ReadonlySet<string>
  readonly values: ReadonlySet<string>
}

/** A passage read once, for every sentence that cites it. Sentences that give a model orders are left out. */
export function readForSupport(hit: Hit): (claim: Claim) => Finding {
  const sentences = sentencesOf(hit.text).flatMap((span): ReadSentence[] => {
    const text = hit.text.slice(span.start, span.end)
    return givesOrders(text) ? [] : [{ ...span, text, words: new Set(tokenize(text)), values: valuesIn(text) }]
  })
  const title = new Set(givesOrders(hit.title) ? [] : tokenize(hit.title))
  return (claim) => {
    const said = saidIn(claim, [title, ...sentences.map(({ words }) => words)])
    const perSentence = sentences.map(({ words }) => claim.words.filter((word) => has(said, word, words)))
    const figures = new Set(claim.figures.filter((value) => sentences.some((_, at) => hasFigure(sentences, perSentence, { at, value }))))
    const counts = perSentence.map((words, at) => words.length + claim.figures.filter((value) => sentences[at]?.values.has(value)).length)
    const at = counts.indexOf(Math.max(0, ...counts))
    const best = sentences[at]
    const share = best ? (counts[at] ?? 0) / Math.max(1, claim.words.length + claim.figures.length) : 0
    const { text = '', start = 0, end = 0 } = best ?? {}
    return {
      words: new Set([...said.keys()]),
      figures,
      quote: { text, start: hit.start + start, end: hit.start + end, share },
      contradicts: share >= 0.5 && best !== undefined && contradicts(claim, best.text),
    }
  }
}

/** Words of the claim, each with the words of the passage that stand for it; absent where there are none. */
function saidIn({ words }: Claim, texts: readonly ReadonlySet<string>[]): ReadonlyMap<string, ReadonlySet<string>> {
  const likeness = likenessOf(words)
  const said = new Map<string, Set<string>>()
  for (const word of new Set(texts.flatMap((text) => [...text]))) {
    const column = likeness(word)
    for (const [at, wanted] of words.entries()) {
      if (word !== wanted && (column[at] ?? 0) < sameWord) continue
      said.set(wanted, (said.get(wanted) ?? new Set()).add(word))
    }
  }
  return said
}

const has = (said: ReadonlyMap<string, ReadonlySet<string>>, word: string, text: ReadonlySet<string>): boolean =>
  [...(said.get(word) ?? [])].some((form) => text.has(form))

/** The figure stands in a sentence that, with its neighbours, has a word of the claim too. */
function hasFigure(
  sentences: readonly ReadSentence[],
  words: readonly (readonly string[])[],
  { at, value }: { readonly at: number; readonly value: string },
): boolean {
  if (!sentences[at]?.values.has(value)) return false
  return [at - 1, at, at + 1].some((near) => (words[near]?.length ?? 0) > 0)
}

function contradicts({ denies }: Claim, text: string): boolean {
  return denies !== denial.test(text) && !limit.test(text)
}

/** True when these passages together say all that the claim claims. */
export function bearsOut({ words, names, figures }: Claim, findings: readonly Finding[]): boolean {
  if (words.length + figures.length === 0 || findings.some(({ contradicts: denied }) => denied)) return false
  const said = (word: string): boolean => findings.some((found) => found.words.has(word))
  if (!figures.every((value) => findings.some((found) => found.figures.has(value)))) return false
  if (![...names].every(said)) return false
  return words.length === 0 || words.filter(said).length >= enough * words.length
}
