/** A body within its bound, on the wire and decoded: what is larger ends the exchange instead of filling the memory. */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib'
import { Fault } from '../fault.ts'

export interface Bounds {
  readonly host: string
  readonly maxBytes: number
}

/** The decoded body. Throws `too_large`, or `unavailable` for an encoding that cannot be read. */
export async function readBody(response: IncomingMessage, bounds: Bounds): Promise<{ readonly body: Uint8Array; readonly wire: number }> {
  const bytes = await readWire(response, bounds)
  return { body: await decoded(bytes, response.headers['content-encoding'] ?? 'identity', bounds), wire: bytes.length }
}

async function readWire(response: IncomingMessage, bounds: Bounds): Promise<Buffer> {
  if (Number(response.headers['content-length'] ?? 0) > bounds.maxBytes) throw tooLarge(bounds)
  // One growing buffer: a body in pieces of one byte must not cost an object for each.
  let buffer = Buffer.allocUnsafe(16_384)
  let length = 0
  for await (const piece of response) {
    const part: Buffer = piece
    if (length + part.length > bounds.maxBytes) throw tooLarge(bounds)
    if (length + part.length > buffer.length)
      buffer = Buffer.concat([buffer.subarray(0, length)], Math.max(buffer.length * 2, length + part.length))
    part.copy(buffer, length)
    length += part.length
  }
  return buffer.subarray(0, length)
}

type Decode = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Promise<Buffer>

const zlibInflate = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(inflate)
const rawInflate = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(inflateRaw)
const gunzipped = promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(gunzip)

/** Servers send 'deflate' with zlib's two bytes before it or without (RFC 9110, 8.4.1.2). */
const decoders: Readonly<Record<string, Decode>> = {
  gzip: gunzipped,
  'x-gzip': gunzipped,
  deflate: (bytes, options) => (((bytes[0] ?? 0) & 15) === 8 ? zlibInflate(bytes, options) : rawInflate(bytes, options)),
  br: promisify<Buffer, { readonly maxOutputLength: number }, Buffer>(brotliDecompress),
}

async function decoded(bytes: Buffer, given: string, bounds: Bounds): Promise<Uint8Array> {
  const encoding = given.trim().toLowerCase()
  if (encoding === '' || encoding === 'identity' || bytes.length === 0) return bytes
  const decode = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined
  if (!decode)
    throw new Fault('unavailable', `${bounds.host} answered in the encoding '${encoding.slice(0, 40)}', which Millrace does not read.`)
  try {
    return await decode(bytes, { maxOutputLength: bounds.maxBytes })
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge(bounds)
    throw new Fault('unavailable', `The answer of ${bounds.host} is damaged: its ${encoding} encoding cannot be undone.`, { cause: error })
  }
}

const tooLarge = ({ host, maxBytes }: Bounds): Fault =>
  new Fault(
    'too_large',
    `The answer of ${host} is larger than ${inUnits(maxBytes)}. Fetch a smaller part of it, or download it and pass the file.`,
  )

const inUnits = (bytes: number): string => (bytes >= 1_048_576 ? `${Math.round(bytes / 1_048_576)} MB` : `${bytes} bytes`)
