/** A document as it is read: identified, decoded, not yet cut. */
import { createHash } from 'node:crypto'
import type { Format } from './formats.ts'
import type { Outline } from './outline.ts'

export interface SourceDocument {
  /** The `_id` of its JSONL line, or its path below the ingested folder. */
  readonly id: string
  readonly title: string
  /** What is stored and cited: the file's own text, or for HTML, PDF, DOCX and tables the text extracted from it. */
  readonly text: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly format: Format
  /** Where the pages begin in the text, for formats that have pages. */
  readonly pages?: readonly number[]
  /** Who may see it; absent: everyone in the workspace. */
  readonly readers?: readonly string[]
  /** Found while the text was extracted; absent: to be found in the text. */
  readonly outline?: Outline
}

/** Something that was not ingested, and why: "{source}[, line N] {reason}". */
export interface Skip {
  readonly source: string
  readonly line?: number
  readonly reason: string
}

/** What a place in a file gives. */
export type Found = { readonly document: SourceDocument } | { readonly skip: Skip }

/** Raised when the way documents are cut or indexed changes, so that unchanged texts are indexed anew. */
const indexVersion = 1

/** What makes two readings of a document the same. SHA-256 in hex. */
export function documentDigest({ title, text, metadata, format, readers, pages }: SourceDocument): string {
  const extra = readers || pages ? [readers ?? null, pages ?? null] : []
  return createHash('sha256')
    .update(JSON.stringify([indexVersion, format, title, metadata, ...extra]))
    .update('\0')
    .update(text)
    .digest('hex')
}

/** What Postgres can hold: no NUL, no half surrogate pairs. Same length, so offsets stay true. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed()
