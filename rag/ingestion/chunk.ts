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
    const units = section.flatMap((block) => unitsOf(text, block, options.budget - options.overlap))
    return pack(text, units, options).map((span) => ({ ...span, headings }))
  })
}

/** Runs of blocks under one heading; headings with nothing of their own below them stay with what follows. */
function sectionsOf(blocks: readonly Block[]): Block[][] {
  const sections: Block[][] = []
  for (const block of blocks) {
    const last = sections.at(-1)
    if (!last || (block.opens && !last.every(({ opens }) => opens))) sections.push([block])
    else last.push(block)
  }
  return sections
}

/** Pieces that are never cut again: the block, else its sentences, else runs of words. */
function unitsOf(text: string, block: Block, budget: number): Span[] {
  if (estimateTokens(text, block) <= budget / 2) return [block]
  const inside = text.slice(block.start, block.end)
  return sentencesOf(inside).flatMap((sentence) => {
    const span = { start: block.start + sentence.start, end: block.start + sentence.end }
    return estimateTokens(text, span) <= budget ? [span] : cutAtSpaces(text, span, budget)
  })
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

function pack(text: string, units: readonly Span[], { budget, overlap }: ChunkOptions): Span[] {
  const chunks: Span[] = []
  let open: Span[] = []
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
function tail(text: string, units: readonly Span[], overlap: number): Span[] {
  const kept: Span[] = []
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
