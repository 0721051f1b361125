/** Text put together from what a parser finds, with its outline: the stored text of HTML, PDF, DOCX and tables. */
import { storable } from './document.ts'
import type { Block, Outline } from './outline.ts'
import { Unreadable } from './unreadable.ts'

export interface Extraction {
  readonly text: string
  readonly outline: Outline
  readonly metadata: Readonly<Record<string, unknown>>
  readonly pages?: readonly number[]
}

export interface Piece {
  readonly text: string
  readonly headings: readonly string[]
  readonly opens?: boolean
  readonly breaks?: boolean
  readonly lines?: boolean
}

/** Characters of one extracted text. */
const longestText = 20_000_000

export interface ExtractedText {
  /** Length so far. */
  readonly length: number
  /** Adds a block after `gap`; throws `Unreadable` when the text becomes too long. Empty pieces are passed over. */
  add(piece: Piece, gap?: '\n' | '\n\n'): void
  finish(): { readonly text: string; readonly blocks: readonly Block[] }
}

export function openText(): ExtractedText {
  const parts: string[] = []
  const blocks: Block[] = []
  let length = 0
  return {
    get length() {
      return length
    },
    add({ text: raw, headings, opens = false, breaks, lines }, gap = '\n\n') {
      const text = storable(raw)
      if (text.trim() === '') return
      const before = length === 0 ? '' : gap
      const start = length + before.length
      length = start + text.length
      if (length > longestText) throw new Unreadable(`holds more than ${longestText.toLocaleString('en')} characters of text; split it`)
      parts.push(before, text)
      blocks.push({ start, end: length, headings, opens, ...(breaks && { breaks }), ...(lines && { lines }) })
    },
    finish: () => ({ text: parts.join(''), blocks }),
  }
}

const longestHeading = 200

/** The headings above a place in a text: `enter` puts one there and takes away those it ends. */
export function openHeadings(): { titles(): readonly string[]; enter(depth: number, title: string): readonly string[] } {
  let path: readonly { readonly depth: number; readonly title: string }[] = []
  const titles = (): readonly string[] => path.map(({ title }) => title)
  return {
    titles,
    enter(depth, title) {
      path = [...path.filter((above) => above.depth < depth), { depth, title: storable(title.slice(0, longestHeading)) }]
      return titles()
    },
  }
}
