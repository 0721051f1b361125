/** Reads, parses and cuts documents off the main thread: it answers one request at a time and keeps one batch. */
import { parentPort, workerData } from 'node:worker_threads'
import { detectLanguage, type Language } from '../language/detect.ts'
import { countTerms } from '../language/tokens.ts'
import { type Chunk, chunkText } from './chunk.ts'
import { documentDigest, type Skip, type SourceDocument } from './document.ts'
import { outlineHeadingLines } from './heading-lines.ts'
import { outlineMarkdown } from './markdown.ts'
import { type Outline, outlineText } from './outline.ts'
import { readDocuments } from './read.ts'

export type Request =
  | { readonly kind: 'next' }
  | { readonly kind: 'chunks'; readonly document: number; readonly from: number; readonly count: number }

/** A document of the batch without its text. */
export interface BatchEntry {
  readonly id: string
  readonly digest: string
  readonly characters: number
}

export interface Batch {
  readonly documents: readonly BatchEntry[]
  readonly skipped: readonly Skip[]
  /** Of the first documents of all. */
  readonly language: Language
  readonly last: boolean
}

export interface PreparedChunk {
  readonly start: number
  readonly end: number
  /** The document's title and the headings above, joined: "Handbook › Leave". */
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
  /** Chunks of the whole document; `chunks` holds those asked for. */
  readonly total: number
  readonly chunks: readonly PreparedChunk[]
}

/** A batch closes when it holds this much text: about what one short transaction can index. */
const batchCharacters = 10_000
const batchDocuments = 50

const sampleCharacters = 200_000
/** The Markdown parser takes time quadratic in some texts; longer ones are outlined by their lines. */
const longestParsed = 200_000

const { files } = workerData
const readings = readDocuments(files)
let language: Language | undefined
let batch: SourceDocument[] = []
let carried: SourceDocument | undefined
let cut: { readonly document: number; readonly title: string; readonly chunks: readonly Chunk[] } | undefined

parentPort?.on('message', ({ id, request }: { readonly id: number; readonly request: Request }) => {
  const answer = request.kind === 'next' ? nextBatch() : Promise.resolve().then(() => prepare(request))
  answer.then(
    (value) => parentPort?.postMessage({ id, value }),
    (error: unknown) => parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) }),
  )
})

/** From more than the first batch: source code, tables or a preface may come first. */
async function languageOfStart(): Promise<Language> {
  let sample = ''
  for await (const reading of readDocuments(files)) {
    if ('document' in reading) sample += `${reading.document.text.slice(0, sampleCharacters / 10)}\n`
    if (sample.length >= sampleCharacters) break
  }
  return detectLanguage(sample)
}

async function nextBatch(): Promise<Batch> {
  language ??= await languageOfStart()
  batch = carried ? [carried] : []
  carried = undefined
  cut = undefined
  const skipped: Skip[] = []
  let characters = batch[0]?.text.length ?? 0
  while (characters < batchCharacters && batch.length < batchDocuments) {
    const { value, done } = await readings.next()
    if (done) return describe(skipped, true)
    if ('skip' in value) {
      skipped.push(value.skip)
      if (skipped.length >= batchDocuments) break
      continue
    }
    if (batch.length > 0 && characters + value.document.text.length > batchCharacters) {
      carried = value.document
      break
    }
    batch.push(value.document)
    characters += value.document.text.length
  }
  return describe(skipped, false)
}

function describe(skipped: readonly Skip[], last: boolean): Batch {
  return {
    skipped,
    last,
    documents: batch.map((document) => ({ id: document.id, digest: documentDigest(document), characters: document.text.length })),
    language: language ?? 'simple',
  }
}

function prepare({ document: index, from, count }: Extract<Request, { kind: 'chunks' }>): PreparedDocument {
  const document = batch[index]
  if (!document) throw new Error(`The batch has no document ${index}.`)
  const { text, metadata } = document
  if (cut?.document !== index) {
    const { blocks, title = document.title } = outline(document)
    cut = { document: index, title: title.slice(0, 1000), chunks: chunkText(text, blocks) }
  }
  const { title, chunks } = cut
  return {
    title,
    metadata,
    text: from === 0 ? text : '',
    total: chunks.length,
    chunks: chunks.slice(from, from + count).map((chunk) => prepareChunk(text, title, chunk)),
  }
}

function outline({ text, format }: SourceDocument): Outline {
  if (format === 'text') return outlineText(text)
  if (text.length > longestParsed) return outlineHeadingLines(text)
  try {
    return outlineMarkdown(text)
  } catch {
    // Nested beyond what the parser's recursion can hold: still text, still found.
    return outlineText(text)
  }
}

function prepareChunk(source: string, documentTitle: string, { start, end, headings }: Chunk): PreparedChunk {
  const above = headings[0] === documentTitle ? headings : [documentTitle, ...headings]
  const title = above.filter((part) => part !== '').join(' › ')
  const text = source.slice(start, end)
  const counted = countTerms(`${title}\n${text}`)
  return { start, end, title, text, terms: [...counted.keys()], counts: [...counted.values()] }
}
