/**
 * The reading thread as seen from the main one: ask for a batch, then for the chunks of those documents that are new. A
 * document that takes too long or too much memory costs the thread; another one goes on behind that document.
 */
import { Fault } from '../../platform/fault.ts'
import type { Language } from '../language/detect.ts'
import type { Batch, BatchLimits } from './batches.ts'
import type { SourceFile } from './files.ts'
import type { PreparedDocument } from './prepare.ts'
import type { Failure, Place } from './read.ts'
import { Lost, openThread, type ReaderThread, type ThreadLimits } from './reader-thread.ts'

export interface Reader extends AsyncDisposable {
  /** The next documents, without their texts; the one with `last` ends the reading. */
  next(): Promise<Batch>
  /**
   * Document `document` of the last batch with `count` of its chunks from number `from`; its text comes with the first.
   * Throws `too_large` for a document that cannot be cut in time; the reader goes on.
   */
  chunks(document: number, from: number, count: number): Promise<PreparedDocument>
}

export type ReaderOptions = Partial<BatchLimits & ThreadLimits>

const defaults: BatchLimits & ThreadLimits = {
  batchCharacters: 10_000,
  batchDocuments: 50,
  documentMs: 30_000,
  memoryBytes: 512 * 1024 * 1024,
}

export function openReader(files: readonly SourceFile[], signal: AbortSignal, options: ReaderOptions = {}): Reader {
  const limits = { ...defaults, ...options }
  const failed = new Map<number, Failure>()
  const seen: string[] = []
  const simply: string[] = []
  let before: Place = { file: 0, item: 0 }
  let batch: Batch | undefined
  let language: Language | undefined
  let thread: ReaderThread | undefined

  const running = (): ReaderThread => (thread ??= openThread({ files, from: before, failed, seen, simply, language, ...limits }, limits))
  const close = async (): Promise<void> => {
    const closing = thread
    thread = undefined
    await closing?.close()
  }

  /** Names the file that the thread was lost in; throws when it was in none, or in the same one again. */
  const blame = ({ file, reason, cause }: Lost): void => {
    if (file < 0 || failed.has(file)) throw new Fault('internal', 'The reading of documents stopped.', { cause })
    failed.set(file, { item: file === before.file ? before.item : 0, reason })
  }
  const read = async (): Promise<Batch> => {
    for (;;) {
      try {
        return await running().next(signal)
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        await close()
        blame(error)
      }
    }
  }
  const cut = async (document: number, from: number, count: number): Promise<PreparedDocument> => {
    if (!thread) batch = sameAs(batch, await read())
    return running().chunks({ kind: 'chunks', document, from, count }, signal)
  }

  return {
    async next() {
      if (batch) {
        before = batch.next
        for (const { id } of batch.documents) seen.push(id)
      }
      batch = await read()
      language = batch.language
      return batch
    },
    async chunks(document, from, count) {
      const id = batch?.documents[document]?.id ?? ''
      for (;;) {
        try {
          return await cut(document, from, count)
        } catch (error) {
          if (!(error instanceof Lost)) throw error
          await close()
          if (simply.includes(id)) throw new Fault('too_large', `Document '${id}' ${error.reason}. Split it or leave it out.`)
          simply.push(id)
        }
      }
    },
    [Symbol.asyncDispose]: close,
  }
}

/** A batch that was read again has to be the one that its reader asks about. */
function sameAs(batch: Batch | undefined, again: Batch): Batch {
  const idsOf = (some: Batch | undefined): string => JSON.stringify(some?.documents.map(({ id, digest }) => [id, digest]))
  if (idsOf(batch) !== idsOf(again)) throw new Fault('conflict', 'The documents changed while they were read. Ingest them again.')
  return again
}
