/** Where a passage says what the query asks for: the places of its words, to be shown marked. */
import type { Span } from '../language/sentences.ts'
import { tokenize } from '../language/tokens.ts'

const mostPlaces = 50

/** [start, end) in the text, in order; words that follow each other directly are one place. */
export function highlight(text: string, isAsked: (term: string) => boolean): readonly Span[] {
  const places: Span[] = []
  for (const match of text.matchAll(/[\p{L}\p{M}\p{N}_]+/gu)) {
    if (!tokenize(match[0]).some(isAsked)) continue
    const end = match.index + match[0].length
    const last = places.at(-1)
    if (last && /^[^\S\n]*$/.test(text.slice(last.end, match.index))) places[places.length - 1] = { start: last.start, end }
    else if (places.length === mostPlaces) break
    else places.push({ start: match.index, end })
  }
  return places
}
