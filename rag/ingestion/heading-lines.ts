/** Very long Markdown by its lines alone: headings, fences and blank lines, in time linear in its length. */
import { trimSpan } from '../language/sentences.ts'
import type { Block, Outline } from './outline.ts'

const heading = /^ {0,3}(#{1,6})[^\S\n]+(.*?)[^\S\n]*#*[^\S\n]*$/
const fence = /^ {0,3}(```|~~~)/
/** Longer lines are no headings. */
const longestHeading = 500

interface Line {
  readonly text: string
  readonly from: number
  readonly to: number
}

/** Blocks as `outlineMarkdown` gives them, except that underlined headings and inline marks are not understood. */
export function outlineHeadingLines(text: string): Outline {
  const blocks: Block[] = []
  let path: readonly { readonly depth: number; readonly title: string }[] = []
  let start = 0
  const titles = (): string[] => path.map(({ title }) => title)
  const closeBefore = ({ from, to }: Line): void => {
    const span = trimSpan(text, { start, end: from })
    if (span) blocks.push({ ...span, headings: titles(), opens: false })
    start = to
  }
  for (const line of outsideFences(text)) {
    const found = line.text.length <= longestHeading ? heading.exec(line.text) : null
    const [, marks = '', title = ''] = found ?? []
    if (!found && line.text.trim() !== '') continue
    closeBefore(line)
    if (!found) continue
    path = [...path.filter(({ depth }) => depth < marks.length), { depth: marks.length, title }]
    blocks.push({ start: line.from, end: line.to, headings: titles(), opens: true })
  }
  closeBefore({ text: '', from: text.length, to: text.length })
  const title = blocks.find(({ headings }) => headings.length === 1)?.headings[0]
  return { blocks, ...(title === undefined ? {} : { title }) }
}

/** Lines that are neither code nor the fences around it. */
function* outsideFences(text: string): Generator<Line> {
  let open: string | undefined
  for (const line of linesOf(text)) {
    const mark = fence.exec(line.text)?.[1]
    if (mark === undefined && open === undefined) yield line
    else if (open === undefined) open = mark
    else if (mark === open) open = undefined
  }
}

function* linesOf(text: string): Generator<Line> {
  let from = 0
  while (from < text.length) {
    const end = text.indexOf('\n', from)
    const to = end === -1 ? text.length : end
    yield { text: text.slice(from, to), from, to }
    from = to + 1
  }
}
