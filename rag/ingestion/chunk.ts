/**
 * Cuts a text into chunks along its structure: a chunk never crosses a heading, prefers the end of a paragraph, then of a
 * sentence, and only then cuts at a space. Every chunk is an exact slice of the source.
 */
import { type Span, sentencesOf, trimSpan } from '../language/sentences.ts'
import type { Block } from './outline.ts'

export interface Chunk extends Span {
  readonly headings: readonly string[]
}

export interface ChunkOptions {
  /** Most tokens in a chunk, overlap included. */
  readonly budget: number
  /** Tokens repeated from the chunk before where a section has several. */
  readonly overlap: number
}

const defaultChunking: ChunkOptions = { budget: 512, overlap: 64 }

/** A token is about four letters, or one sign of a script written without spaces. */
export function estimateTokens(text: string, { start, end }: Span): number {
  let quarters = 0
  for (let at = start; at < end; at++) quarters += text.charCodeAt(at) >= 0x2e80 ? 4 : 1
  return quarters / 4
}

export function chunkText(text: string, blocks: readonly Block[], options: ChunkOptions = defaultChunking): Chunk[] {
  return sectionsOf(blocks).flatMap((section) => {
    const headings = (section.findLast((block) => block.opens) ?? section[0])?.headings ?? []
    const units = section.flatMap((block) => unitsOf(text, block, options))
    return pack(text, units, options).map((span) => ({ ...span, headings }))
  })
}

/** Runs of blocks under one heading, on one page; headings with nothing of their own below them stay with what follows. */
function sectionsOf(blocks: readonly Block[]): Block[][] {
  const sections: Block[][] = []
  for (const block of blocks) {
    const last = sections.at(-1)
    if (!last || ((block.opens || block.breaks) && !last.every(({ opens }) => opens))) sections.push([block])
    else last.push(block)
  }
  return sections
}

/** A piece that is never cut again. */
interface Unit extends Span {
  /** Not repeated as overlap. */
  readonly once?: boolean
}

/** The block, else its sentences or lines, else runs of words. */
function unitsOf(text: string, block: Block, { budget, overlap }: ChunkOptions): Unit[] {
  if (block.lines || isTable(text, block)) return linesOf(text, block, budget).map((span) => ({ ...span, once: true }))
  const room = budget - overlap
  if (estimateTokens(text, block) <= room / 2) return [block]
  const inside = text.slice(block.start, block.end)
  return sentencesOf(inside).flatMap((sentence) => {
    const span = { start: block.start + sentence.start, end: block.start + sentence.end }
    return estimateTokens(text, span) <= room ? [span] : cutAtSpaces(text, span, room)
  })
}

/** A table as Markdown draws it, with its line of dashes. */
function isTable(text: string, { start, end }: Span): boolean {
  if (text.charAt(start) !== '|') return false
  const second = text.indexOf('\n', start) + 1
  return second > 0 && second < end && /^[|:\-\s]+$/.test(text.slice(second, Math.min(end, second + 1000)).split('\n', 1)[0] ?? '')
}

/** The whole where it fits, else its lines; the white space around lines is not in them, save what indents the first word. */
function linesOf(text: string, block: Span, budget: number): Span[] {
  if (estimateTokens(text, block) <= budget) return [{ start: block.start, end: block.end }]
  const lines: Span[] = []
  for (let start = block.start; start < block.end; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 || newline > block.end ? block.end : newline
    const span = trimSpan(text, { start, end })
    if (span)
      lines.push(
        ...(estimateTokens(text, { start, end: span.end }) <= budget ? [{ start, end: span.end }] : cutAtSpaces(text, span, budget)),
      )
    start = end + 1
  }
  return lines
}

function cutAtSpaces(text: string, { start, end }: Span, budget: number): Span[] {
  const pieces: Span[] = []
  let from = start
  while (from < end) {
    const reach = advance(text, { start: from, end }, budget)
    const to = reach < end ? lastGap(text, from, reach) : end
    const piece = trimSpan(text, { start: from, end: to })
    if (piece) pieces.push(piece)
    from = to
  }
  return pieces
}

/** The furthest offset that keeps [start, offset) within the budget; at least one character, never half a surrogate pair. */
function advance(text: string, { start, end }: Span, budget: number): number {
  let quarters = 0
  let at = start
  while (at < end && quarters < budget * 4) {
    quarters += text.charCodeAt(at) >= 0x2e80 ? 4 : 1
    at++
  }
  const splitsPair = at < end && at - 1 > start && isHighSurrogate(text.charCodeAt(at - 1))
  return splitsPair ? at - 1 : at
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff

/** Where to cut in (from, reach]: after the last white space of its second half, else at `reach`. */
function lastGap(text: string, from: number, reach: number): number {
  for (let at = reach; at > (from + reach) / 2; at--) {
    if (/\s/.test(text.charAt(at - 1))) return at
  }
  return reach
}

function pack(text: string, units: readonly Unit[], { budget, overlap }: ChunkOptions): Span[] {
  const chunks: Span[] = []
  let open: Unit[] = []
  const flush = (): void => {
    const first = open[0]
    const last = open.at(-1)
    if (first && last) chunks.push({ start: first.start, end: last.end })
  }
  for (const unit of units) {
    const start = open[0]?.start ?? unit.start
    if (open.length > 0 && estimateTokens(text, { start, end: unit.end }) > budget) {
      flush()
      open = tail(text, open, overlap)
      const room = open[0]?.start ?? unit.start
      if (estimateTokens(text, { start: room, end: unit.end }) > budget) open = []
    }
    open.push(unit)
  }
  flush()
  return chunks
}

/** The last units that fit into the overlap; the last sentence of a long unit. */
function tail(text: string, units: readonly Unit[], overlap: number): Unit[] {
  if (units.at(-1)?.once) return []
  const kept: Unit[] = []
  for (const unit of units.toReversed()) {
    const end = kept.at(-1)?.end ?? unit.end
    if (estimateTokens(text, { start: unit.start, end }) > overlap) break
    kept.unshift(unit)
  }
  const last = units.at(-1)
  if (kept.length > 0 || !last) return kept
  const sentence = sentencesOf(text.slice(last.start, last.end)).at(-1)
  if (!sentence) return []
  const span = { start: last.start + sentence.start, end: last.start + sentence.end }
  return estimateTokens(text, span) <= overlap ? [span] : []
}
