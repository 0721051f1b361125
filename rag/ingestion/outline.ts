/** The structure of a text that chunks are cut along: blocks, each below its headings. */
import { trimSpan } from '../language/sentences.ts'

/** A paragraph, list, table, code block or heading: [start, end) in UTF-16 units of the source. */
export interface Block {
  readonly start: number
  readonly end: number
  /** The headings it stands under, outermost first; a heading counts itself. */
  readonly headings: readonly string[]
  /** A heading: what follows belongs to another section. */
  readonly opens: boolean
  /** Begins a page or a symbol: a chunk may begin with it, and does not run into it. */
  readonly breaks?: boolean
  /** Rows of a table or lines of code: cut only between lines, and nothing of it is repeated in the next chunk. */
  readonly lines?: boolean
}

export interface Outline {
  readonly blocks: readonly Block[]
  /** The title the text gives itself. */
  readonly title?: string
}

/** Plain text: paragraphs between blank lines. */
export function outlineText(text: string): Outline {
  const blocks: Block[] = []
  let start = 0
  const close = (end: number): void => {
    const span = trimSpan(text, { start, end })
    if (span) blocks.push({ ...span, headings: [], opens: false })
  }
  for (const gap of text.matchAll(/\n[^\S\n]*\n\s*/g)) {
    close(gap.index)
    start = gap.index + gap[0].length
  }
  close(text.length)
  return { blocks }
}
