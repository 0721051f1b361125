/**
 * The file of an exported collection: gzipped JSON Lines. A header says what the collection is, then each document is
 * followed by its text in parts and its chunks with their vectors, and a trailer counts them and digests every byte before it:
 *
 *   header · (document · text… · chunk…)… · trailer
 *
 * Terms are not in it: they follow from the text. Version 1 is read by every later release.
 */
import { z } from 'zod'
import { languages } from '../language/detect.ts'

export const formatName = 'millrace-collection'

const count = (most: number): z.ZodInt => z.int().min(0).max(most)
const mostCharacters = 2_000_000_000

export const headerLine = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(formatName),
  version: z.literal(1),
  collection: z.string().min(1).max(100),
  language: z.enum(languages),
  /** What made its vectors, and their length. */
  embedder: z.string().min(1).max(300),
  dimensions: z.int().min(1).max(16_000),
})

export const documentLine = z.strictObject({
  kind: z.literal('document'),
  id: z.string().min(1).max(512),
  title: z.string().max(1000),
  metadata: z.record(z.string(), z.unknown()),
  /** Of the source as it was read, so that reading it again costs nothing; and of its words and readers, to find duplicates. */
  digest: z.string().min(1).max(200),
  content: z.string().max(200),
  /** The file that held it. */
  file: z.string().max(2000),
  language: z.enum(languages),
  characters: count(mostCharacters),
  chunks: count(mostCharacters),
  /** Who may find it; absent: everyone in the workspace. */
  readers: z.array(z.string().min(1).max(200)).max(1000).optional(),
})

export const textLine = z.strictObject({ kind: z.literal('text'), text: z.string().min(1).max(100_000) })

export const chunkLine = z.strictObject({
  kind: z.literal('chunk'),
  start: count(mostCharacters),
  end: count(mostCharacters),
  title: z.string().max(100_000),
  text: z.string().max(1_000_000),
  page: z.int().min(1).optional(),
  /** Little-endian 32-bit floats in base64; null where the text has no words. */
  vector: z.string().nullable(),
})

export const trailerLine = z.strictObject({
  kind: z.literal('trailer'),
  documents: count(Number.MAX_SAFE_INTEGER),
  chunks: count(Number.MAX_SAFE_INTEGER),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})

export const bodyLine = z.discriminatedUnion('kind', [documentLine, textLine, chunkLine, trailerLine])

export type Header = z.output<typeof headerLine>
export type DocumentLine = z.output<typeof documentLine>
export type ChunkLine = z.output<typeof chunkLine>
export type Trailer = z.output<typeof trailerLine>

/** One line, with its end. */
export const lineOf = (line: Header | DocumentLine | z.output<typeof textLine> | ChunkLine | Trailer): string => `${JSON.stringify(line)}\n`

export function encodeVector(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** Undefined when it is not `dimensions` finite numbers. */
export function decodeVector(text: string, dimensions: number): Float32Array | undefined {
  // Before decoding, so that a hostile length costs nothing.
  if (text.length !== 4 * Math.ceil((4 * dimensions) / 3)) return undefined
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length !== 4 * dimensions) return undefined
  const vector = new Float32Array(dimensions)
  for (let at = 0; at < dimensions; at++) vector[at] = bytes.readFloatLE(4 * at)
  return vector.every(Number.isFinite) ? vector : undefined
}
