/** Reads, parses and cuts documents off the main thread: it answers one request at a time and keeps one batch. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Language } from '../language/detect.ts'
import { type Batch, type BatchLimits, openBatches } from './batches.ts'
import type { SourceFile } from './files.ts'
import { type CutDocument, cutDocument, type PreparedDocument, prepare } from './prepare.ts'
import { type Failure, type Place, readDocuments } from './read.ts'

export type { Batch, BatchEntry } from './batches.ts'
export type { PreparedChunk, PreparedDocument } from './prepare.ts'

export type Request =
  | { readonly kind: 'next' }
  | { readonly kind: 'chunks'; readonly document: number; readonly from: number; readonly count: number }

export type Answer = { readonly value: Batch | PreparedDocument } | { readonly error: string }

/** What a reader begins with: all files, and where an earlier one stopped. */
export interface Assignment extends BatchLimits {
  readonly files: readonly SourceFile[]
  readonly from: Place
  readonly failed: ReadonlyMap<number, Failure>
  readonly seen: readonly string[]
  readonly language: Language | undefined
  /** Ids of documents whose structure cost a reader its life; they are cut without looking for it. */
  readonly simply: readonly string[]
  /** The number of the file being read, and a count that grows with everything read. */
  readonly place: Int32Array<SharedArrayBuffer>
}

const assignment: Assignment = workerData
const { files, place, simply, from, language } = assignment
const readings = readDocuments(files, { ...assignment, onProgress: ({ file }) => mark(file) })
const batches = openBatches({ files, readings, from, language }, assignment)
let cut: { readonly index: number; readonly document: CutDocument } | undefined

function mark(file: number): void {
  Atomics.store(place, 0, file)
  Atomics.add(place, 1, 1)
}

// A parser may leave a promise behind that fails after its document was given up.
process.on('unhandledRejection', () => undefined)

parentPort?.on('message', (request: Request) => {
  const answer = request.kind === 'next' ? nextBatch() : Promise.resolve().then(() => chunksOf(request))
  answer.then(
    (value) => reply({ value }),
    (error: unknown) => reply({ error: error instanceof Error ? error.message : String(error) }),
  )
})

const reply = (answer: Answer): void => parentPort?.postMessage(answer)

function nextBatch(): Promise<Batch> {
  cut = undefined
  return batches.next()
}

function chunksOf({ document: index, from: first, count }: Extract<Request, { kind: 'chunks' }>): PreparedDocument {
  const document = batches.document(index)
  if (!document) throw new Error(`The batch has no document ${index}.`)
  if (cut?.index !== index) cut = { index, document: cutDocument(document, simply.includes(document.id)) }
  return prepare(cut.document, first, count)
}
