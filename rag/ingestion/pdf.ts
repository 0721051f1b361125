/** PDF to text with page numbers and headings by size of type: the only file that knows the PDF parser. */
import { getDocumentProxy } from 'unpdf'
import { type Extraction, openHeadings, openText } from './extraction.ts'
import { joinsNextPage, type Line, paragraphsOf } from './pdf-paragraphs.ts'
import { Unreadable } from './unreadable.ts'

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>

const mostPages = 5000

/** Throws `Unreadable` for what is no PDF, is encrypted or truncated, or has no text. */
export async function extractPdf(bytes: Buffer): Promise<Extraction> {
  const pdf = await open(bytes)
  try {
    if (pdf.numPages > mostPages) throw new Unreadable(`has ${pdf.numPages} pages; at most ${mostPages} are read, so split it`)
    const pages: (readonly Line[])[] = []
    for (let number = 1; number <= pdf.numPages; number++) pages.push(await linesOf(pdf, number))
    const { info } = await pdf.getMetadata().catch(() => ({ info: {} }))
    return assemble(pages, describe(info, pdf.numPages))
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function open(bytes: Buffer): Promise<Pdf> {
  if (!bytes.subarray(0, 1024).includes('%PDF-')) throw new Unreadable('is no PDF, whatever its name says')
  try {
    // The parser takes the memory that it is given.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0, useWorkerFetch: false, stopAtErrors: false })
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    if (name === 'PasswordException') throw new Unreadable('is encrypted; remove its password')
    if (name === 'InvalidPDFException') throw new Unreadable('is a damaged or truncated PDF')
    throw error
  }
}

/** Text in the order it is drawn in, cut into lines, with the size of the type and the distance from the line above. */
async function linesOf(pdf: Pdf, number: number): Promise<readonly Line[]> {
  const page = await pdf.getPage(number)
  const { items } = await page.getTextContent()
  const lines: Line[] = []
  let text = ''
  let size = 0
  let y = Number.NaN
  let last = Number.NaN
  const close = (): void => {
    if (text.trim() !== '') {
      lines.push({ text: text.replaceAll(/\s+/g, ' ').trim(), size, gap: last - y })
      last = y
    }
    text = ''
    size = 0
  }
  for (const item of items) {
    if (!('str' in item)) continue
    if (item.str.trim() !== '') {
      y = Number(item.transform[5])
      size = Math.max(size, Math.hypot(Number(item.transform[2]), Number(item.transform[3])))
    }
    text += item.str
    if (item.hasEOL) close()
  }
  close()
  page.cleanup()
  return lines
}

interface Stretch {
  readonly page: number
  readonly heading?: number
  text: string
  /** Where in it further pages begin. */
  readonly turns: { readonly page: number; readonly at: number }[]
}

/** Paragraphs in order; one that goes on over the turn of a page is whole again. */
function stretchesOf(pages: readonly (readonly Line[])[]): Stretch[] {
  const stretches: Stretch[] = []
  for (const [page, paragraphs] of paragraphsOf(pages).entries()) {
    for (const [at, paragraph] of paragraphs.entries()) {
      const last = stretches.at(-1)
      if (at === 0 && last?.heading === undefined && last && joinsNextPage(last.text, paragraph)) {
        last.turns.push({ page, at: last.text.length + 1 })
        last.text += `\n${paragraph.text}`
      } else stretches.push({ ...paragraph, page, turns: [] })
    }
  }
  return stretches
}

function assemble(pages: readonly (readonly Line[])[], metadata: Readonly<Record<string, unknown>>): Extraction {
  const out = openText()
  const headings = openHeadings()
  const starts = new Map<number, number>()
  let lastPage = -1
  for (const { text, heading, page, turns } of stretchesOf(pages)) {
    const start = out.length === 0 ? 0 : out.length + 2
    if (!starts.has(page)) starts.set(page, start)
    for (const turn of turns) starts.set(turn.page, start + turn.at)
    const titles = heading === undefined ? headings.titles() : headings.enter(heading, text.replaceAll('\n', ' '))
    out.add({ text, headings: titles, opens: heading !== undefined, breaks: page !== lastPage })
    lastPage = page
  }
  const { text, blocks } = out.finish()
  if (text === '') throw new Unreadable('holds no text; scanned pages need text recognition first')
  const { title } = metadata
  return {
    text,
    metadata,
    pages: filled(starts, pages.length, text.length),
    outline: { blocks, ...(typeof title === 'string' && { title }) },
  }
}

/** An empty page begins where the next one does. */
function filled(starts: ReadonlyMap<number, number>, count: number, end: number): readonly number[] {
  const all = new Array<number>(count)
  for (let page = count - 1, next = end; page >= 0; page--) {
    next = starts.get(page) ?? next
    all[page] = next
  }
  return all
}

/** Titles that programs leave there by themselves say nothing. */
const emptyTitle = /^(?:untitled|microsoft word - .*|.*\.(?:docx?|indd|tex|pdf|dvi|qxd|pptx?))$/i

function describe(info: object, pages: number): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = { pages }
  for (const [key, value] of Object.entries(info)) {
    if ((key !== 'Title' && key !== 'Author') || typeof value !== 'string') continue
    const text = value.replaceAll('\0', '').trim().slice(0, 500).toWellFormed()
    if (text !== '' && !emptyTitle.test(text)) found[key.toLowerCase()] = text
  }
  return found
}
