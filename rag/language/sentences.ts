/** Where sentences begin and end, as offsets into the text: what chunks are cut at and answers quote. */

/** [start, end) in UTF-16 units. */
export interface Span {
  readonly start: number
  readonly end: number
}

const segmenter = new Intl.Segmenter('und', { granularity: 'sentence' })

/** A line that goes on: no heading, and not followed by a blank line, a bullet, a heading, a quote or a numbered item. */
const softBreak = /(?<!^#{1,6}[^\S\n][^\n]*)\r?\n(?=[^\S\n]*[^\s\-*+#>|\d])/gm
/** Ends that are no ends: initials, titles and common abbreviations. */
const falseEnd =
  /(?:^|[\s(])(?:\p{Lu}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nr|vs|etc|cf|approx|Fig|fig|al|Sra?|Dra?|Hr|Fr|bzw|ca|z|B|d|h|e\.g|i\.e)\.\s+$/u

/** Sentences of `text` without the white space around them, in order; never overlapping. */
export function sentencesOf(text: string): Span[] {
  const level = text.replace(softBreak, (found) => ' '.repeat(found.length))
  const spans: Span[] = []
  let start = 0
  for (const { segment, index } of segmenter.segment(level)) {
    const end = index + segment.length
    if (end < text.length && falseEnd.test(segment)) continue
    const span = trimSpan(text, { start, end })
    if (span) spans.push(span)
    start = end
  }
  const rest = trimSpan(text, { start, end: text.length })
  if (rest) spans.push(rest)
  return spans
}

/** The span without white space at either end; undefined when nothing else is in it. */
export function trimSpan(text: string, { start, end }: Span): Span | undefined {
  let from = start
  let to = end
  while (from < to && isSpace(text, from)) from++
  while (to > from && isSpace(text, to - 1)) to--
  return from < to ? { start: from, end: to } : undefined
}

const isSpace = (text: string, at: number): boolean => /\s/.test(text.charAt(at))
