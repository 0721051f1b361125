/** Text to index terms, before stemming: the same cut for documents and queries, in any script. */

/** A term with how often it occurs. */
export type TermCounts = ReadonlyMap<string, number>

/** A word or a number ("3.5", "1,000"); an identifier keeps its underscores and is split further below. */
const wordPattern = /\p{N}+(?:[.,]\p{N}+)+|[\p{L}\p{M}\p{N}_]+/gu
const unspacedScript =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const identifierSeams = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|_+/u
const identifier = /_|[\p{Ll}\p{N}]\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u
const longest = 64

const segmenter = new Intl.Segmenter('und', { granularity: 'word' })

/**
 * Lower-case terms in order of appearance. `camelCase` and `snake_case` give the whole and its parts;
 * scripts written without spaces are cut by the Unicode dictionary. Very long runs are cut to 64 characters.
 */
export function tokenize(text: string): string[] {
  const terms: string[] = []
  for (const [word] of text.normalize('NFKC').matchAll(wordPattern)) {
    if (unspacedScript.test(word)) pushSegments(word, terms)
    else if (identifier.test(word)) pushIdentifier(word, terms)
    else push(word, terms)
  }
  return terms
}

export function countTerms(text: string): TermCounts {
  const counts = new Map<string, number>()
  for (const term of tokenize(text)) counts.set(term, (counts.get(term) ?? 0) + 1)
  return counts
}

function push(word: string, terms: string[]): void {
  terms.push(word.toLowerCase().slice(0, longest).toWellFormed())
}

function pushIdentifier(word: string, terms: string[]): void {
  const parts = word.split(identifierSeams).filter((part) => part !== '')
  if (parts.length > 1) push(word.replaceAll('_', ''), terms)
  for (const part of parts) push(part, terms)
}

function pushSegments(word: string, terms: string[]): void {
  for (const { segment, isWordLike } of segmenter.segment(word)) {
    if (isWordLike) push(segment, terms)
  }
}
