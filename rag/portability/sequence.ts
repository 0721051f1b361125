/** The order and the sums of a collection file: each line must continue what came before, and the trailer must agree with all of it. */
import type { z } from 'zod'
import { type bodyLine, type ChunkLine, type DocumentLine, decodeVector, type Header } from './format.ts'

export type Entry =
  | { readonly kind: 'document'; readonly document: DocumentLine }
  | { readonly kind: 'text'; readonly start: number; readonly text: string }
  | { readonly kind: 'chunk'; readonly ordinal: number; readonly chunk: ChunkLine; readonly vector: Float32Array }

export interface Sequence {
  /** The line as an entry, the trailer as none. Throws an Error whose message continues "Line 7 …". */
  take(line: z.output<typeof bodyLine>, digest: string): Entry | undefined
  /** The trailer has come. */
  ended(): boolean
}

const mostDocuments = 2_000_000
const largestMetadata = 64 * 1024
const deepestMetadata = 40

interface Open {
  readonly document: DocumentLine
  characters: number
  chunks: number
}

export function createSequence({ dimensions }: Header): Sequence {
  const ids = new Set<string>()
  let open: Open | undefined
  let chunks = 0
  let ended = false

  const close = (): void => {
    if (open === undefined) return
    const { id, characters, chunks: cut } = open.document
    if (open.characters !== characters) refuse(`comes after ${open.characters} of the ${characters} characters of '${id}'`)
    if (open.chunks !== cut) refuse(`comes after ${open.chunks} of the ${cut} chunks of '${id}'`)
  }

  const begin = (document: DocumentLine): Entry => {
    close()
    if (ids.has(document.id)) refuse(`brings the document '${document.id}' a second time`)
    if (ids.size >= mostDocuments) refuse(`brings more than ${mostDocuments} documents`)
    checkMetadata(document.metadata)
    ids.add(document.id)
    open = { document, characters: 0, chunks: 0 }
    return { kind: 'document', document }
  }

  const text = (part: string): Entry => {
    if (open === undefined) return refuse('is a text without a document')
    if (open.chunks > 0) return refuse('is a text after a chunk')
    const start = open.characters
    open.characters += part.length
    if (open.characters > open.document.characters) refuse(`makes '${open.document.id}' longer than it says`)
    return { kind: 'text', start, text: part }
  }

  const chunk = (line: ChunkLine): Entry => {
    if (open === undefined) return refuse('is a chunk without a document')
    const { id, characters, chunks: cut } = open.document
    const ordinal = open.chunks++
    chunks += 1
    if (open.chunks > cut) refuse(`brings more chunks of '${id}' than it says`)
    if (line.start > line.end || line.end > characters) refuse(`has a chunk outside of '${id}'`)
    return { kind: 'chunk', ordinal, chunk: line, vector: vectorOf(line.vector, dimensions) }
  }

  return {
    ended: () => ended,
    take: (line, digest) => {
      if (ended) return refuse('comes after the trailer')
      switch (line.kind) {
        case 'document':
          return begin(line)
        case 'text':
          return text(line.text)
        case 'chunk':
          return chunk(line)
        case 'trailer':
          close()
          if (line.documents !== ids.size || line.chunks !== chunks)
            refuse(`counts ${line.documents} documents and ${line.chunks} chunks where there are ${ids.size} and ${chunks}`)
          if (line.digest !== digest) refuse('has another digest than the lines before it')
          ended = true
          return undefined
      }
    },
  }
}

/** Zeros for a chunk without words. */
function vectorOf(text: string | null, dimensions: number): Float32Array {
  if (text === null) return new Float32Array(dimensions)
  return decodeVector(text, dimensions) ?? refuse(`has a vector that is not ${dimensions} finite numbers`)
}

function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  let level: unknown[] = [metadata]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepestMetadata) refuse(`has metadata nested deeper than ${deepestMetadata} levels`)
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []))
  }
  if (JSON.stringify(metadata).length > largestMetadata) refuse(`has more than ${largestMetadata / 1024} KB of metadata`)
}

function refuse(what: string): never {
  throw new Error(what)
}
