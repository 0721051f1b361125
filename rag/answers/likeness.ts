/**
 * How much a word says of a question's words: all of one with the same stem, a part of one spelt alike. Likeness is Dice's
 * coefficient over groups of three letters, which sees through inflection, compounds and typos.
 */
import { foldAccents } from '../language/fold.ts'

/** A word of the question: its stem, and a word as it was written. */
export interface AskedTerm {
  readonly stem: string
  readonly word: string
}

/** Terms that a word says, each with how surely, from `leastLike` to 1. */
export type Credits = readonly (readonly [stem: string, credit: number])[]

const leastLike = 0.5
const gramLength = 3

/** What each of `words` says of the terms; words that say nothing are absent. One pass over the letters of every word. */
export function creditsOf(
  terms: readonly AskedTerm[],
  words: Iterable<string>,
  stems: ReadonlyMap<string, string>,
): ReadonlyMap<string, Credits> {
  const likenessTo = likenessOf(terms.map(({ word }) => word))
  const credits = new Map<string, Credits>()
  for (const word of words) {
    const stem = stems.get(word)
    const likeness = likenessTo(word)
    const said = terms
      .map((term, at) => [term.stem, term.stem === stem ? 1 : (likeness[at] ?? 0)] as const)
      .filter(([, credit]) => credit >= leastLike)
    if (said.length > 0) credits.set(word, said)
  }
  return credits
}

/** Dice's coefficient of a word with each of `asked`; the column returned is used again for the next word. */
export function likenessOf(asked: readonly string[]): (word: string) => Float64Array {
  const sizes = asked.map((word) => gramsOf(word).size)
  const holders = new Map<string, number[]>()
  for (const [at, word] of asked.entries()) for (const gram of gramsOf(word)) holders.set(gram, [...(holders.get(gram) ?? []), at])
  const column = new Float64Array(asked.length)
  return (word) => {
    column.fill(0)
    const grams = gramsOf(word)
    for (const gram of grams) for (const at of holders.get(gram) ?? []) column[at] = (column[at] ?? 0) + 1
    for (const [at, size] of sizes.entries()) column[at] = (2 * (column[at] ?? 0)) / Math.max(1, grams.size + size)
    return column
  }
}

/** Words too short to be told apart by their groups have none. */
function gramsOf(word: string): ReadonlySet<string> {
  const padded = `<${foldAccents(word)}>`
  const grams = new Set<string>()
  if (padded.length < gramLength + 3) return grams
  for (let at = 0; at + gramLength <= padded.length; at++) grams.add(padded.slice(at, at + gramLength))
  return grams
}
