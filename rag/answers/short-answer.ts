/** The number, date or name in a sentence that a question asks for: the candidate nearest to the question's own words. */
import { tokenize } from '../language/tokens.ts'
import { answerKind, type Candidate, candidatesIn } from './question.ts'

/** Undefined when the question asks for none of these, or the sentence holds none. */
export function shortAnswer(sentence: string, question: string): string | undefined {
  const candidates = candidatesIn(sentence, answerKind(question), question)
  const places = placesOf(sentence, question)
  const [best] = candidates.toSorted((left, right) => nearness(right, places) - nearness(left, places))
  return best && sentence.slice(best.start, best.end)
}

/** Where the sentence says words of the question; rare words say more, and long words are rarer. */
function placesOf(sentence: string, question: string): readonly { readonly at: number; readonly weight: number }[] {
  const asked = new Set(tokenize(question).map((word) => word.slice(0, 6)))
  return [...sentence.matchAll(/[\p{L}\p{M}\p{N}]+/gu)]
    .filter(([word]) => asked.has(word.toLowerCase().slice(0, 6)))
    .map((match) => ({ at: match.index + match[0].length / 2, weight: match[0].length ** 2 }))
}

function nearness({ start, end }: Candidate, places: readonly { readonly at: number; readonly weight: number }[]): number {
  const middle = (start + end) / 2
  return places.reduce((sum, { at, weight }) => sum + weight / (20 + Math.abs(at - middle)), 0)
}
