/** The number, date or name in a sentence that a question asks for: the candidate nearest to the question's own words. */
import { tokenize } from '../language/tokens.ts'
import { type AnswerKind, answerKind, type Candidate, candidatesIn } from './question.ts'

/** Undefined when the question asks for none of these, or the sentence holds none. */
export function shortAnswer(sentence: string, question: string): string | undefined {
  const kind = answerKind(question)
  const asked = new Set(tokenize(question).map(opening))
  const candidates = candidatesIn(sentence, kind, question).filter((candidate) => kind !== 'name' || isNew(sentence, candidate, asked))
  const places = placesOf(sentence, asked)
  const counted = kind === 'number' ? countedThing(question) : undefined
  const scored = candidates.map((candidate) => ({
    candidate,
    score: nearness(candidate, places) * liking(sentence, candidate, { kind, counted }),
  }))
  const [best] = scored.toSorted((left, right) => right.score - left.score)
  if (!best) return undefined
  const found = sentence.slice(best.candidate.start, best.candidate.end)
  return asksForYear.test(question) ? (/\p{N}{4}/u.exec(found)?.[0] ?? found) : found
}

const asksForYear = /(?<!\p{L})(which|what) year|welche[mns]? jahr|qué año|quelle année/iu
const countedThings = /(?:how many|wie viele|cuánt[ao]s|combien de)\s+([\p{L}\p{M}]+)/iu

/** Words are the same from their first letters on. */
const opening = (word: string): string => word.toLowerCase().slice(0, 6)

/** "tackles" in "How many tackles …": what stands right after the number that is asked for. */
function countedThing(question: string): string | undefined {
  const found = countedThings.exec(question)?.[1]
  return found === undefined ? undefined : opening(found).slice(0, 5)
}

/** A name that holds a word of the question is not what it asks for. */
function isNew(sentence: string, { start, end }: Candidate, asked: ReadonlySet<string>): boolean {
  return !tokenize(sentence.slice(start, end)).some((word) => word.length > 3 && asked.has(opening(word)))
}

const ofThing = 3
const fullName = 1.5
const firstWord = 0.5

function liking(
  sentence: string,
  { start, end }: Candidate,
  { kind, counted }: { readonly kind: AnswerKind; readonly counted: string | undefined },
): number {
  if (counted !== undefined) {
    const after =
      sentence
        .slice(end, end + 40)
        .toLowerCase()
        .match(/[\p{L}\p{M}]+/gu) ?? []
    return after.slice(0, 3).some((word) => word.startsWith(counted)) ? ofThing : 1
  }
  if (kind !== 'name') return 1
  if (/\s/u.test(sentence.slice(start, end))) return fullName
  return start === 0 ? firstWord : 1
}

/** Where the sentence says words of the question; rare words say more, and long words are rarer. */
function placesOf(sentence: string, asked: ReadonlySet<string>): readonly { readonly at: number; readonly weight: number }[] {
  return [...sentence.matchAll(/[\p{L}\p{M}\p{N}]+/gu)]
    .filter(([word]) => asked.has(opening(word)))
    .map((match) => ({ at: match.index + match[0].length / 2, weight: match[0].length ** 2 }))
}

function nearness({ start, end }: Candidate, places: readonly { readonly at: number; readonly weight: number }[]): number {
  const middle = (start + end) / 2
  return 1e-9 + places.reduce((sum, { at, weight }) => sum + weight / (20 + Math.abs(at - middle)), 0)
}
