/** A document as it is read: identified, decoded, not yet cut. */
import { createHash } from 'node:crypto'

export interface SourceDocument {
  /** The `_id` of its JSONL line, or its path below the ingested folder. */
  readonly id: string
  readonly title: string
  readonly text: string
  readonly metadata: Readonly<Record<string, unknown>>
  readonly format: 'markdown' | 'text'
}

/** Something that was not ingested, and why: "{source}[, line N] {reason}". */
export interface Skip {
  readonly source: string
  readonly line?: number
  readonly reason: string
}

/** Raised when the way documents are cut or indexed changes, so that unchanged texts are indexed anew. */
const indexVersion = 1

/** What makes two readings of a document the same. SHA-256 in hex. */
export function documentDigest({ title, text, metadata, format }: SourceDocument): string {
  return createHash('sha256')
    .update(JSON.stringify([indexVersion, format, title, metadata]))
    .update('\0')
    .update(text)
    .digest('hex')
}

/** What Postgres can hold: no NUL, no half surrogate pairs. Same length, so offsets stay true. */
export const storable = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed()
