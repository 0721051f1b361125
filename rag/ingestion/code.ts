/**
 * Source code by its symbols: a class or a function is one block where it fits into a chunk, a large class is cut into its
 * members, and small neighbours share a block that names them all. Found by brackets or indentation, not by a grammar.
 */
import { estimateTokens } from './chunk.ts'
import type { CodeLanguage } from './code-languages.ts'
import { type CodeLine, codeLines } from './code-lines.ts'
import { containerPattern, isReturnType, leadPattern, symbolIn } from './code-symbols.ts'
import type { Block, Outline } from './outline.ts'

/** Lines [from, to). */
interface Range {
  readonly from: number
  readonly to: number
}

/** Lines that belong together. */
interface Part extends Range {
  /** Undefined for what stands between symbols. */
  readonly symbol?: string
}

/** Lines whose symbols stand at this level. */
interface Members extends Range {
  readonly level: number
}

interface Source {
  readonly text: string
  readonly lines: readonly CodeLine[]
  readonly language: CodeLanguage
}

/** A symbol up to this size stays whole. */
const wholeTokens = 500
/** Neighbours join up to this size. */
const joinedTokens = 200
const mostNames = 12
const deepestPath = 5

export function outlineCode(text: string, language: CodeLanguage): Outline {
  const lines = codeLines(text, language)
  const all = { from: 0, to: lines.length }
  return { blocks: blocksOf({ text, language, lines }, { ...all, level: levelOf(lines, all) }, []) }
}

function blocksOf(source: Source, members: Members, path: readonly string[]): Block[] {
  const blocks: Block[] = []
  let open: Part[] = []
  const flush = (): void => {
    const [first, last] = [open[0], open.at(-1)]
    if (first && last) blocks.push(...blockOf(source, { from: first.from, to: last.to }, [...path, ...namesOf(open)]))
    open = []
  }
  for (const part of partsOf(source, members, path.length)) {
    const first = open[0]
    if (first && tokensOf(source, { from: first.from, to: part.to }) > joinedTokens && !onlyCloses(source, part)) flush()
    if (part.symbol === undefined || tokensOf(source, part) <= wholeTokens) open.push(part)
    else {
      flush()
      blocks.push(...largeSymbol(source, part, path))
    }
  }
  flush()
  return withoutRemnants(blocks, source.text)
}

const remnant = /^[\s\])};]*$/

const onlyCloses = ({ text, lines }: Source, { from, to }: Range): boolean =>
  remnant.test(text.slice(lines[from]?.start ?? 0, lines[to - 1]?.end ?? 0))

/** The brackets that close a class stay with its last member. */
function withoutRemnants(blocks: readonly Block[], text: string): Block[] {
  const kept: Block[] = []
  for (const block of blocks) {
    const last = kept.at(-1)
    if (last && remnant.test(text.slice(block.start, block.end))) kept.splice(-1, 1, { ...last, end: block.end })
    else kept.push(block)
  }
  return kept
}

/** Several names in one breadcrumb, as much as a reader takes in. */
function namesOf(parts: readonly Part[]): readonly string[] {
  const names = [...new Set(parts.flatMap(({ symbol }) => symbol ?? []))].slice(0, mostNames)
  return names.length === 0 ? [] : [names.join(', ')]
}

/** A class is cut into its members; a function has none, so it is one block, to be cut between lines. */
function largeSymbol(source: Source, part: Part, path: readonly string[]): Block[] {
  const inside = [...path, part.symbol ?? '']
  const body = path.length < deepestPath ? bodyOf(source, part) : undefined
  return body ? blocksOf(source, { ...part, level: levelOf(source.lines, body) }, inside) : blockOf(source, part, inside)
}

/** What stands deeper than the declaration of a class; undefined for other symbols. */
function bodyOf({ lines }: Source, { from, to }: Range): Range | undefined {
  let declared = from
  while (declared < to && !containerPattern.test(lines[declared]?.code ?? '')) declared++
  const level = lines[declared]?.level
  if (level === undefined || lines.slice(from, declared).some((line) => line.level > level && !line.comment && !line.continues))
    return undefined
  const start = lines.findIndex((line, at) => at > declared && line.level > level && !line.continues && !line.blank)
  return start > 0 && start < to ? { from: start, to } : undefined
}

function blockOf({ text, lines }: Source, { from, to }: Range, headings: readonly string[]): Block[] {
  let first = from
  let last = to - 1
  while (first < last && lines[first]?.blank) first++
  while (last > first && lines[last]?.blank) last--
  const start = lines[first]?.start
  const end = lines[last]?.end
  if (start === undefined || end === undefined || text.slice(start, end).trim() === '') return []
  return [{ start, end, headings, opens: false, breaks: true, lines: true }]
}

/** Symbols at the level of the range, each with the comments above it, and what stands between them. */
function partsOf({ lines, language }: Source, { from, to, level }: Members, depth: number): Part[] {
  const parts: Part[] = []
  let between = from
  for (let at = from; at < to; at++) {
    const line = lines[at]
    const symbol = line && line.level === level && !line.continues ? symbolIn(line.code, language, depth > 0) : undefined
    if (symbol === undefined) continue
    const start = leadStart({ lines, language }, at, between)
    const end = symbolEnd(lines, at, to)
    if (start > between) parts.push({ from: between, to: start })
    parts.push({ from: start, to: end, symbol })
    between = end
    at = end - 1
  }
  if (between < to) parts.push({ from: between, to })
  return parts
}

/** The shallowest level that something stands at. */
function levelOf(lines: readonly CodeLine[], { from, to }: Range): number {
  let level = Number.POSITIVE_INFINITY
  for (let at = from; at < to; at++) {
    const line = lines[at]
    if (line && !line.blank && !line.continues && line.level < level && !/^\s*(?:[\])}]|end\b)/.test(line.code)) level = line.level
  }
  return level
}

/** Comments, decorators and attributes right above a declaration belong to it. */
function leadStart({ lines, language }: Omit<Source, 'text'>, at: number, from: number): number {
  let start = at
  while (start > from) {
    const above = lines[start - 1]
    const leads = above?.comment || leadPattern.test(above?.code ?? '') || (start === at && isReturnType(above?.code ?? '', language))
    if (!above || above.blank || !leads) break
    start--
  }
  return start
}

/** Up to the next line that stands no deeper and closes nothing. */
function symbolEnd(lines: readonly CodeLine[], at: number, to: number): number {
  const level = lines[at]?.level ?? 0
  let end = at + 1
  while (end < to) {
    const line = lines[end]
    if (!line) break
    const inside = line.blank || line.continues || line.level > level || (line.level === level && closes.test(line.code))
    if (!inside) break
    end++
  }
  while (end > at + 1 && lines[end - 1]?.blank) end--
  return end
}

/** A line that ends or goes on with what is open: a closing bracket or word, or the brace of a body on a line of its own. */
const closes = /^\s*(?:[\])}{]|end\b|fi\b|done\b|esac\b|else\b|catch\b|finally\b|rescue\b|ensure\b|where\b|=>)/

function tokensOf({ text, lines }: Source, { from, to }: Range): number {
  const start = lines[from]?.start
  const end = lines[to - 1]?.end
  return start === undefined || end === undefined ? 0 : estimateTokens(text, { start, end })
}
