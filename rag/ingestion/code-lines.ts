/** Lines of source code with how deep each stands, brackets in strings and comments not counted. */
import type { CodeLanguage } from './code-languages.ts'
import { symbolIn } from './code-symbols.ts'

export interface CodeLine {
  readonly start: number
  readonly end: number
  /** The line, without what is in comments. */
  readonly code: string
  /** Open brackets where it begins, or its indentation. */
  readonly level: number
  readonly blank: boolean
  /** Holds nothing but a comment. */
  readonly comment: boolean
  /** Begins inside of a string, a comment or, where bodies are indented, a bracket. */
  readonly continues: boolean
}

interface Scan {
  readonly language: CodeLanguage
  depth: number
  /** What ends the string or comment that is open over the end of a line. */
  until: string | undefined
}

/** Longer lines are not scanned: no one wrote them by hand. */
const longestLine = 2000

export function codeLines(text: string, language: CodeLanguage): CodeLine[] {
  const scan: Scan = { language, depth: 0, until: undefined }
  const lines: CodeLine[] = []
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    lines.push(lineOf(text.slice(start, end).replace(/\r$/, ''), start, end, scan))
    start = end + 1
  }
  return lines
}

function lineOf(text: string, start: number, end: number, scan: Scan): CodeLine {
  resume(text, scan)
  const before = { depth: scan.depth, inside: scan.until !== undefined }
  const code = text.length > longestLine ? '' : codeIn(text, scan)
  const blank = text.trim() === ''
  const closing = /^[\s\])}]*/.exec(code)?.[0].replaceAll(/\s/g, '').length ?? 0
  const indented = scan.language.bodies === 'indentation'
  return {
    start,
    end,
    code,
    level: indented ? indentation(text) : Math.max(0, before.depth - closing),
    blank,
    comment: !blank && code.trim() === '',
    continues: before.inside || (indented && before.depth > 0),
  }
}

/** A declaration without indentation: brackets that look open were miscounted, in a macro or an odd literal. */
function resume(text: string, scan: Scan): void {
  if (scan.depth === 0 || scan.until !== undefined || scan.language.bodies === 'indentation' || !/^[\p{L}_]/u.test(text)) return
  if (symbolIn(text, scan.language, false) !== undefined) scan.depth = 0
}

function indentation(text: string): number {
  let columns = 0
  for (const sign of text) {
    if (sign === ' ') columns++
    else if (sign === '\t') columns += 4
    else break
  }
  return columns
}

/** The line without comments, with strings emptied; moves the scan to the line's end. */
function codeIn(text: string, scan: Scan): string {
  let code = ''
  let at = 0
  while (at < text.length) {
    if (scan.until !== undefined) {
      at = leave(text, at, scan)
      continue
    }
    const quote = opensAt(text, at, scan.language)
    if (quote !== undefined) {
      scan.until = quote.until
      code += quote.shown
      at += quote.length
    } else if (startsComment(text, at, scan.language)) break
    else if (charLiteral(text, at) > 0) at += charLiteral(text, at)
    else {
      count(text.charAt(at), scan)
      code += text.charAt(at++)
    }
  }
  if ((scan.until === '"' || scan.until === "'") && !text.endsWith('\\')) scan.until = undefined
  return code
}

function leave(text: string, from: number, scan: Scan): number {
  const { until = '' } = scan
  for (let at = from; at < text.length; at++) {
    if (text.charAt(at) === '\\' && until !== '*/') at++
    else if (text.startsWith(until, at)) {
      scan.until = undefined
      return at + until.length
    }
  }
  return text.length
}

function opensAt(
  text: string,
  at: number,
  { quotes, lineComments }: CodeLanguage,
): { until: string; shown: string; length: number } | undefined {
  const sign = text.charAt(at)
  if (sign === '/' && text.charAt(at + 1) === '*' && lineComments.some((mark) => mark !== '#')) return { until: '*/', shown: '', length: 2 }
  if (sign !== '"' && sign !== "'" && sign !== '`') return undefined
  const quote = quotes.find((mark) => text.startsWith(mark, at))
  return quote === undefined ? undefined : { until: quote, shown: quote, length: quote.length }
}

/** A `#` in the middle of a word, as shells and PHP allow, is none. */
function startsComment(text: string, at: number, { lineComments }: CodeLanguage): boolean {
  return lineComments.some((mark) => text.startsWith(mark, at) && (mark !== '#' || at === 0 || /\s/.test(text.charAt(at - 1))))
}

/** Length of a literal like '{' or '\n'; a lifetime of Rust is none. */
function charLiteral(text: string, at: number): number {
  if (text.charAt(at) !== "'") return 0
  return /^'(?:\\.[^']{0,8}|[^\\'])'/.exec(text.slice(at, at + 12))?.[0].length ?? 0
}

function count(sign: string, scan: Scan): void {
  if (sign === '{' || sign === '(' || sign === '[') scan.depth++
  else if ((sign === '}' || sign === ')' || sign === ']') && scan.depth > 0) scan.depth--
}
