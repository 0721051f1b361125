/** Makes sure a text file is UTF-8 before a parser sees it: finds the first byte that is not, or rewrites a declared encoding. */
import { isUtf8 } from 'node:buffer'
import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { Fault } from '../../platform/fault.ts'

export const encodings = ['utf-8', 'utf-16le', 'utf-16be', 'latin-1', 'windows-1252'] as const
export type Encoding = (typeof encodings)[number]

/** What the byte order mark at the start says, if there is one. */
export function encodingOfMark(head: Uint8Array): { readonly encoding: Encoding; readonly length: number } | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (head[0] === 0xff && head[1] === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (head[0] === 0xfe && head[1] === 0xff) return { encoding: 'utf-16be', length: 2 }
  return undefined
}

/** The first `length` bytes, fewer if the file is shorter. */
export async function readHead(file: string, length: number): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Reads the whole file in pieces; throws `invalid_input` naming the offset of the first byte that is not UTF-8. */
export async function requireUtf8(file: string, options: { readonly name: string; readonly signal?: AbortSignal }): Promise<void> {
  for await (const _ of readUtf8(file, options));
}

/** The file's bytes in pieces, each proved to be UTF-8 (a character may begin in one piece and end in the next). */
export async function* readUtf8(
  file: string,
  options: { readonly name: string; readonly signal?: AbortSignal },
): AsyncGenerator<Uint8Array, void> {
  let rest: Uint8Array = new Uint8Array()
  let offset = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, ...(options.signal && { signal: options.signal }) })) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const whole = bytes.length - incompleteTail(bytes)
    if (!isUtf8(bytes.subarray(0, whole))) throw notUtf8(options.name, offset + firstInvalid(bytes.subarray(0, whole)), bytes)
    rest = bytes.subarray(whole)
    offset += whole
    yield chunk
  }
  if (rest.length > 0) throw notUtf8(options.name, offset, rest)
}

/** Rewrites `file` as UTF-8 without a byte order mark to `target`, in bounded memory. */
export async function rewriteAsUtf8(file: string, target: string, options: { encoding: Encoding; signal?: AbortSignal }): Promise<void> {
  const wide = options.encoding.startsWith('utf')
  const decoder = new TextDecoder(options.encoding === 'latin-1' ? 'latin1' : options.encoding, { fatal: wide })
  const decode = async function* (source: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
    try {
      for await (const chunk of source) yield decoder.decode(chunk, { stream: true })
      yield decoder.decode()
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      throw new Fault('invalid_input', `The file is not valid ${options.encoding}; pass the encoding it was written in.`, { cause: error })
    }
  }
  await pipeline(createReadStream(file), decode, createWriteStream(target), options.signal ? { signal: options.signal } : {})
}

/** Bytes at the end that begin a character but do not finish it: 0 to 3. */
function incompleteTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? back : 0
  }
  return 0
}

/** Bisects: the longest prefix (up to an unfinished character) that is valid ends where the bad byte stands. */
function firstInvalid(bytes: Uint8Array): number {
  let low = 0
  let high = bytes.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const prefix = bytes.subarray(0, middle)
    if (isUtf8(prefix.subarray(0, middle - incompleteTail(prefix)))) low = middle
    else high = middle - 1
  }
  const prefix = bytes.subarray(0, low)
  return low - incompleteTail(prefix)
}

function notUtf8(name: string, offset: number, bytes: Uint8Array): Fault {
  const binary = bytes.subarray(0, 8192).includes(0) ? ' It holds zero bytes, so it may not be a text file at all.' : ''
  return new Fault(
    'invalid_input',
    `'${name}' is not UTF-8: the byte at offset ${offset} begins no character. Pass its encoding (for example encoding: latin-1), or save it as UTF-8.${binary}`,
  )
}
