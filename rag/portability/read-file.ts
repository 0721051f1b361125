/** An exported collection read back as if an enemy had written it: unpacked within bounds, every line and count checked. */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { storable } from '../ingestion/document.ts'
import { readLines } from '../ingestion/lines.ts'
import { bodyLine, formatName, type Header, headerLine } from './format.ts'
import { createSequence, type Entry, type Sequence } from './sequence.ts'

const longestLine = 4 * 1024 * 1024
const largest = 16 * 1024 * 1024 * 1024
/** JSON with vectors in it shrinks to a third, prose to a fifth; what shrinks to a hundredth is a bomb. */
const densest = 100
/** Small files may be as dense as they like. */
const harmless = 64 * 1024 * 1024

/** The header, then documents, texts and chunks; ends only when the trailer fits. Throws `invalid_input` or `too_large`. */
export async function* readCollectionFile(path: string): AsyncGenerator<Header | Entry> {
  const source = createReadStream(path)
  const digest = createHash('sha256')
  let sequence: Sequence | undefined
  try {
    for await (const { number, bytes } of readLines(unpacked(source), longestLine)) {
      if (bytes === undefined) throw broken(number, `is longer than ${longestLine / 1024 / 1024} MB`)
      const value = parse(bytes, number)
      const entry = sequence === undefined ? headerOf(value) : next(sequence, { value, number, digest })
      if (entry?.kind === 'header') sequence = createSequence(entry)
      if (entry) yield entry
      digest.update(bytes).update('\n')
    }
  } catch (error) {
    throw error instanceof Fault ? error : unreadable(error)
  } finally {
    source.destroy()
  }
  if (!sequence?.ended()) throw new Fault('invalid_input', 'The file ends before its trailer, so a part of it is missing. Export it again.')
}

interface Line {
  readonly value: unknown
  readonly number: number
  /** Of the lines before it. */
  readonly digest: Hash
}

/** A line after the header, in its place. */
function next(sequence: Sequence, { value, number, digest }: Line): Entry | undefined {
  const line = check(bodyLine, value, number)
  try {
    return sequence.take(line, line.kind === 'trailer' ? digest.copy().digest('hex') : '')
  } catch (error) {
    throw broken(number, error instanceof Error ? error.message : 'does not fit')
  }
}

async function* unpacked(source: ReadStream): AsyncGenerator<Uint8Array> {
  // Errors surface where the unpacked bytes are read.
  const gunzip = pipeline(source, createGunzip(), () => undefined)
  let bytes = 0
  for await (const block of gunzip) {
    bytes += block.length
    if (bytes > largest || (bytes > harmless && bytes > densest * source.bytesRead))
      throw new Fault(
        'too_large',
        `The file unpacks to more than ${Math.floor(bytes / 1024 / 1024)} MB, which no export of its size does. Export it again.`,
      )
    yield block
  }
}

function parse(bytes: Uint8Array, number: number): unknown {
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    value = JSON.parse(text)
  } catch {
    throw broken(number, 'is not JSON')
  }
  // Nothing the database cannot keep; only an escape can bring it.
  if (/\\u(0000|d[89a-f])/i.test(text) && !isStorable(value)) throw broken(number, 'holds a NUL character or half a surrogate pair')
  return value
}

/** Level by level, so that deep nesting cannot exhaust the stack. */
function isStorable(value: unknown): boolean {
  for (let level: unknown[] = [value]; level.length > 0; ) {
    if (level.some((item) => typeof item === 'string' && storable(item) !== item)) return false
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? [...Object.keys(item), ...Object.values(item)] : []))
  }
  return true
}

function headerOf(value: unknown): Header {
  const parsed = headerLine.safeParse(value)
  if (parsed.success) return parsed.data
  const version: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'version') : undefined
  const isOurs = typeof value === 'object' && value !== null && Reflect.get(value, 'format') === formatName
  if (isOurs && typeof version === 'number' && version > 1)
    throw new Fault('invalid_input', `The file has version ${version} of the format and this release reads version 1. Update Millrace.`)
  throw new Fault('invalid_input', 'The file does not begin as an exported collection. Give a file that export_collection wrote.')
}

function check<S extends z.ZodType>(schema: S, value: unknown, number: number): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw broken(number, `is no line of an exported collection (${issue?.path.join('.')}: ${issue?.message})`)
}

const broken = (number: number, what: string): Fault =>
  new Fault('invalid_input', `Line ${number} of the file ${what}. Export the collection again.`)

function unreadable(error: unknown): Fault {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  const what = code === 'Z_BUF_ERROR' ? 'is cut off' : String(code).startsWith('Z_') ? 'is not gzip, or is damaged' : 'cannot be read'
  return new Fault('invalid_input', `The file ${what}. Export the collection again.`, { cause: error })
}
