/** Lines of PDF pages to paragraphs and headings: by the distance between lines and the size of type, for PDF names neither. */

export interface Line {
  readonly text: string
  /** Height of its type in points. */
  readonly size: number
  /** How far below the line before it stands; not a number for the first of a page. */
  readonly gap: number
}

export interface Paragraph {
  /** Its lines, joined by line breaks. */
  readonly text: string
  /** Level of a heading; undefined for ordinary text. */
  readonly heading?: number
}

const longestHeading = 150
/** Type this much larger than most of the text makes a heading. */
const headingGrowth = 1.15
/** Lines further apart than this many heights of type do not belong together. */
const paragraphGap = 1.6

/** The paragraphs of each page, without the lines that run along its head and foot. */
export function paragraphsOf(printed: readonly (readonly Line[])[]): readonly (readonly Paragraph[])[] {
  const pages = withoutRunningLines(printed)
  const body = commonSize(pages.flat())
  const larger = [...new Set(pages.flat().flatMap(({ size }) => (size > body * headingGrowth ? [Math.round(size)] : [])))].sort(
    (a, b) => b - a,
  )
  const levelOf = ({ text, size }: Line): number | undefined =>
    size > body * headingGrowth && text.length <= longestHeading && /\p{L}/u.test(text)
      ? Math.min(6, larger.indexOf(Math.round(size)) + 1)
      : undefined
  return pages.map((lines) => {
    const paragraphs: { text: string; heading?: number }[] = []
    for (const [at, line] of lines.entries()) {
      const heading = levelOf(line)
      const last = paragraphs.at(-1)
      const before = lines[at - 1]
      const near = before && Math.abs(line.gap) <= Math.max(line.size, before.size) * paragraphGap && line.gap > 0
      if (last && near && last.heading === heading) last.text = joinLines(last.text, line.text)
      else paragraphs.push({ text: line.text, ...(heading !== undefined && { heading }) })
    }
    return paragraphs
  })
}

/** Lines at the edge of a page that may run along. */
const edge = 2
/** Lines at an edge that stand on this many pages, and on this share of them, do. */
const leastRunning = { pages: 3, share: 0.3 }
const pageNumber = /^(?:page )?[-–\s]*(?:\d{1,5}|[ivxlc]{1,7})(?:\s*(?:\/|of)\s*\d{1,5})?[-–\s]*$/i

/** A title that is repeated on every page stays where it stands first; numbers of pages go. */
function withoutRunningLines(pages: readonly (readonly Line[])[]): readonly (readonly Line[])[] {
  const atEdge = (at: number, count: number): boolean => at < edge || at >= count - edge
  const counts = new Map<string, number>()
  for (const lines of pages) {
    const edges = new Set(lines.flatMap(({ text }, at) => (atEdge(at, lines.length) ? text : [])))
    for (const text of edges) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const least = Math.max(leastRunning.pages, pages.length * leastRunning.share)
  const seen = new Set<string>()
  const runs = ({ text }: Line): boolean => {
    const again = seen.has(text)
    seen.add(text)
    return again && (counts.get(text) ?? 0) >= least
  }
  return pages.map((lines) =>
    lines.filter((line, at) => {
      if (!atEdge(at, lines.length)) return true
      const numbers = pages.length > 1 && (at === 0 || at === lines.length - 1) && pageNumber.test(line.text)
      return !numbers && !runs(line)
    }),
  )
}

/** The size that most characters have. */
function commonSize(lines: readonly Line[]): number {
  const characters = new Map<number, number>()
  for (const { size, text } of lines) {
    const rounded = Math.round(size * 2) / 2
    characters.set(rounded, (characters.get(rounded) ?? 0) + text.length)
  }
  return [...characters].reduce((best, next) => (next[1] > best[1] ? next : best), [0, 0] as const)[0]
}

/** A word divided at the end of a line becomes whole again. */
function joinLines(above: string, below: string): string {
  return /\p{Ll}[-\u00ad]$/u.test(above) && /^\p{Ll}/u.test(below) ? above.slice(0, -1) + below : `${above}\n${below}`
}

/** A paragraph that ends in the middle of a sentence, and one that begins there. */
export function joinsNextPage(end: string, { text, heading }: Paragraph): boolean {
  return heading === undefined && /[\p{L}\p{N},;]$/u.test(end) && /^\p{Ll}/u.test(text)
}
