/** A document to chunks with their index terms: what the index needs of it, in as many helpings as it asks for. */
import { clearLanguage, type Language } from '../language/detect.ts'
import { countTerms } from '../language/tokens.ts'
import { type Chunk, chunkText } from './chunk.ts'
import { outlineCode } from './code.ts'
import { codeLanguageOf } from './code-languages.ts'
import type { SourceDocument } from './document.ts'
import { outlineHeadingLines } from './heading-lines.ts'
import { outlineMarkdown } from './markdown.ts'
import { type Outline, outlineText } from './outline.ts'

export interface PreparedChunk {
  readonly start: number
  readonly end: number
  /** The page it begins on, from 1, for documents with pages. */
  readonly page?: number
  /** The document's title and the headings or symbols above, joined: "Handbook › Leave". */
  readonly title: string
  readonly text: string
  /** Unstemmed terms of title and text, with their counts beside them. */
  readonly terms: readonly string[]
  readonly counts: readonly number[]
}

export interface PreparedDocument {
  readonly title: string
  readonly text: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** The language it clearly is in; undefined for short and mixed texts. */
  readonly language?: Language
  /** Chunks of the whole document; `chunks` holds those asked for. */
  readonly total: number
  readonly chunks: readonly PreparedChunk[]
}

export interface CutDocument {
  readonly document: SourceDocument
  readonly title: string
  readonly language: Language | undefined
  readonly chunks: readonly Chunk[]
}

/** The Markdown parser takes time quadratic in some texts; longer ones are outlined by their lines. */
const longestParsed = 200_000
/** Characters that tell a document's language. */
const languageSample = 20_000

/** `simply`: without a parser that may not come back from this text. */
export function cutDocument(document: SourceDocument, simply = false): CutDocument {
  const { blocks, title = document.title } = outlineOf(document, simply)
  const language = document.format === 'code' ? 'english' : clearLanguage(document.text.slice(0, languageSample))
  return { document, language, title: title.slice(0, 1000), chunks: chunkText(document.text, blocks) }
}

/** Chunks [from, from + count); the text comes with the first. */
export function prepare({ document, title, language, chunks }: CutDocument, from: number, count: number): PreparedDocument {
  const { text, metadata } = document
  return {
    title,
    metadata,
    text: from === 0 ? text : '',
    total: chunks.length,
    chunks: chunks.slice(from, from + count).map((chunk) => prepareChunk(document, title, chunk)),
    ...(language && { language }),
  }
}

function outlineOf({ text, format, outline, id }: SourceDocument, simply: boolean): Outline {
  if (outline) return outline
  const language = format === 'code' ? codeLanguageOf(id) : undefined
  if (language && !simply) return outlineCode(text, language)
  if (format !== 'markdown') return outlineText(text)
  if (simply || text.length > longestParsed) return outlineHeadingLines(text)
  try {
    return outlineMarkdown(text)
  } catch {
    // Nested beyond what the parser's recursion can hold: still text, still found.
    return outlineText(text)
  }
}

function prepareChunk({ text: source, pages }: SourceDocument, documentTitle: string, { start, end, headings }: Chunk): PreparedChunk {
  const above = headings[0] === documentTitle ? headings : [documentTitle, ...headings]
  const title = above.filter((part) => part !== '').join(' › ')
  const text = source.slice(start, end)
  const counted = countTerms(`${title}\n${text}`)
  const page = pages && pageAt(pages, start)
  return { start, end, title, text, terms: [...counted.keys()], counts: [...counted.values()], ...(page !== undefined && { page }) }
}

/** Of pages that begin at the same place all but the last are empty. */
function pageAt(pages: readonly number[], offset: number): number {
  let low = 0
  let high = pages.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((pages[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  return Math.max(1, low)
}
