/**
 * HTML to text and outline, in one pass without a tree, so that nesting costs nothing: the only file that knows the HTML
 * parser. What a reader of the page would not see or read (scripts, styles, navigation, hidden elements) is left out.
 */
import { Parser } from 'htmlparser2'
import { type Extraction, openHeadings, openText, type Piece } from './extraction.ts'
import { Unreadable } from './unreadable.ts'

const dropped = new Set(
  'script style noscript template svg math iframe object embed canvas audio video nav select button textarea datalist dialog menu'.split(
    ' ',
  ),
)
const boundaries = new Set(
  'address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure footer form header hr html legend li main ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
)
const heading = /^h[1-6]$/
const deepest = 100_000
/** What stands outside of `main` is left out where `main` has at least this much, and this share of all. */
const leastMain = 200
const mainShare = 0.3

type Kind = 'prose' | 'item' | 'row'

interface HtmlPiece extends Piece {
  readonly kind: Kind
  readonly main: boolean
}

interface Page {
  title: string
  lang: string
  url: string
}

interface State {
  readonly page: Page
  readonly pieces: HtmlPiece[]
  readonly headings: ReturnType<typeof openHeadings>
  /** Text of the block that is open. */
  run: string[]
  /** Cells of the row that is open; undefined outside of rows and in tables that only lay out a page. */
  row: string[] | undefined
  /** Elements open inside of a dropped one, itself included. */
  hidden: number
  depth: number
  /** Depth of the element that holds the main content; 0 outside of it. */
  mainAt: number
  pre: number
  inTitle: boolean
  bullet: boolean
}

/** Text of a page with its title, language and canonical address. Throws `Unreadable` for what is nested absurdly deep. */
export function extractHtml(html: string): Extraction {
  const state: State = {
    page: { title: '', lang: '', url: '' },
    pieces: [],
    headings: openHeadings(),
    run: [],
    row: undefined,
    hidden: 0,
    depth: 0,
    mainAt: 0,
    pre: 0,
    inTitle: false,
    bullet: false,
  }
  const parser = new Parser({
    onopentag: (name, attributes) => open(state, name, attributes),
    onclosetag: (name) => close(state, name),
    ontext: (text) => read(state, text),
  })
  for (let at = 0; at < html.length; at += 65_536) parser.write(html.slice(at, at + 65_536))
  parser.end()
  flush(state)
  return assemble(state)
}

function assemble({ page, pieces }: State): Extraction {
  const lengthOf = (some: readonly Piece[]): number => some.reduce((sum, { text }) => sum + text.length, 0)
  const main = pieces.filter((piece) => piece.main)
  const enough = lengthOf(main) >= Math.max(leastMain, mainShare * lengthOf(pieces))
  const out = openText()
  let last: Kind = 'prose'
  for (const { kind, main: _, ...piece } of enough ? main : pieces) {
    out.add(piece, kind !== 'prose' && kind === last ? '\n' : '\n\n')
    last = kind
  }
  const { text, blocks } = out.finish()
  const title = level(page.title) || blocks.find(({ headings }) => headings.length === 1)?.headings[0]
  return {
    text,
    outline: { blocks, ...(title && { title }) },
    metadata: { ...(page.lang && { lang: page.lang }), ...(page.url && { url: page.url }) },
  }
}

type Attributes = Readonly<Record<string, string>>

function open(state: State, name: string, attributes: Attributes): void {
  if (++state.depth > deepest) throw new Unreadable(`nests elements deeper than ${deepest.toLocaleString('en')} levels`)
  if (state.hidden > 0 || dropped.has(name) || isHidden(attributes)) {
    if (state.hidden === 0) state.run.push(' ')
    state.hidden++
    return
  }
  if (name === 'title') state.inTitle = state.page.title === ''
  describePage(state.page, name, attributes)
  if (state.mainAt === 0 && (name === 'main' || attributes.role === 'main')) state.mainAt = state.depth
  structure(state, name)
}

function structure(state: State, name: string): void {
  if (name === 'br') state.run.push(state.row ? ' ' : '\n')
  else if (name === 'td' || name === 'th') openCell(state)
  else if (heading.test(name) || name === 'table') leaveRow(state)
  else if (boundaries.has(name)) divide(state, name)
}

function close(state: State, name: string): void {
  const leavesMain = state.depth-- === state.mainAt
  if (state.hidden > 0) {
    state.hidden--
    return
  }
  if (name === 'title') state.inTitle = false
  else if (name === 'td' || name === 'th') closeCell(state)
  else if (name === 'tr') closeRow(state)
  else if (heading.test(name)) closeHeading(state, Number(name[1]))
  else if (boundaries.has(name)) divide(state, '')
  if (name === 'pre' && state.pre > 0) state.pre--
  if (leavesMain) state.mainAt = 0
}

function read(state: State, text: string): void {
  if (state.hidden > 0) return
  if (state.inTitle) state.page.title += text
  else state.run.push(state.pre > 0 ? text : text.replaceAll(/\s+/g, ' '))
}

/** Hidden from those who see the page, or from those who hear it. */
function isHidden(attributes: Attributes): boolean {
  if ('hidden' in attributes || attributes['aria-hidden'] === 'true' || attributes.role === 'navigation') return true
  return /display\s*:\s*none|visibility\s*:\s*hidden/i.test(attributes.style ?? '')
}

function describePage(page: Page, name: string, attributes: Attributes): void {
  if (name === 'html') page.lang ||= (attributes.lang ?? attributes['xml:lang'] ?? '').trim().slice(0, 35)
  if (name !== 'link' || attributes.rel?.toLowerCase() !== 'canonical') return
  if (URL.canParse(attributes.href ?? '')) page.url ||= (attributes.href ?? '').slice(0, 1000)
}

/** A boundary between blocks; inside a cell only a space. */
function divide(state: State, name: string): void {
  if (name === 'tr') {
    leaveRow(state)
    state.row = []
  } else if (state.row) state.run.push(' ')
  else flush(state)
  if (name === 'pre') state.pre++
  if (name === 'li') state.bullet = !state.row
}

function flush(state: State): void {
  const text = state.pre > 0 ? state.run.join('').replace(/^\n+|\s+$/g, '') : level(state.run.join(''))
  state.run = []
  if (text === '') return
  const kind = state.bullet ? 'item' : 'prose'
  push(state, { kind, text: state.bullet ? `- ${text}` : text, ...(state.pre > 0 && { lines: true }) })
  state.bullet = false
}

function push(state: State, piece: Omit<HtmlPiece, 'headings' | 'main'> & { readonly headings?: readonly string[] }): void {
  state.pieces.push({ headings: state.headings.titles(), ...piece, main: state.mainAt > 0 })
}

function openCell(state: State): void {
  if (state.row) state.run = []
  else flush(state)
}

function closeCell(state: State): void {
  if (!state.row) flush(state)
  else {
    state.row.push(level(state.run.join('')).replaceAll('\n', ' '))
    state.run = []
  }
}

function closeRow(state: State): void {
  const { row } = state
  state.row = undefined
  if (!row) flush(state)
  state.run = []
  if (row?.some((cell) => cell !== '')) push(state, { kind: 'row', text: `| ${row.join(' | ')} |`, lines: true })
}

/** A heading or another table inside a cell: the table around it lays out the page, and its cells are paragraphs. */
function leaveRow(state: State): void {
  const cells = state.row ?? []
  state.row = undefined
  for (const text of cells) if (text !== '') push(state, { kind: 'prose', text })
  flush(state)
}

function closeHeading(state: State, depth: number): void {
  const text = level(state.run.join('')).replaceAll('\n', ' ')
  state.run = []
  if (text === '') return
  state.bullet = false
  push(state, { kind: 'prose', text, headings: state.headings.enter(depth, text), opens: true })
}

/** One space between words, no space around line breaks. */
const level = (text: string): string =>
  text
    .replaceAll(/[^\S\n]+/g, ' ')
    .replaceAll(/ ?\n ?/g, '\n')
    .trim()
