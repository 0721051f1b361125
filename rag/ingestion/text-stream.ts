/** A file of any size as pieces of text: its encoding is found at the beginning and holds to the end. */
import type { FileHandle } from 'node:fs/promises'
import { decodeText } from './encoding.ts'
import { Unreadable } from './unreadable.ts'

const headBytes = 256 * 1024
/** A file up to this size is decoded as one, so that its encoding is found from all of it. */
const largestWhole = 20 * 1024 * 1024
const pieceCharacters = 64 * 1024

export interface TextStream {
  readonly head: string
  readonly pieces: AsyncIterable<string> | Iterable<string>
  readonly encoding: string
}

/** Throws `Unreadable` for what is not text; `pieces` does where the encoding found does not fit further on. */
export async function openTextStream(handle: FileHandle, charset?: string): Promise<TextStream> {
  const { size } = await handle.stat()
  if (size === 0) throw new Unreadable('is empty')
  if (size <= largestWhole) {
    const { text, encoding } = required(decodeText(await handle.readFile(), charset))
    return { head: text.slice(0, headBytes), pieces: slices(text), encoding }
  }
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  const { text, encoding } = required(decodeText(toLineEnd(buffer.subarray(0, bytesRead)), charset))
  return { head: text, pieces: decoded(handle, encoding), encoding }
}

function required<T>(decoded: T | string): T {
  if (typeof decoded === 'string') throw new Unreadable(decoded)
  return decoded
}

/** Up to the last line's end, so that no character is cut in two. */
function toLineEnd(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf(10)
  return end === -1 ? bytes : bytes.subarray(0, end + 1 + ((bytes[end + 1] ?? 1) === 0 ? 1 : 0))
}

function* slices(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += pieceCharacters) yield text.slice(at, at + pieceCharacters)
}

async function* decoded(handle: FileHandle, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  for await (const bytes of handle.createReadStream({ start: 0, autoClose: false })) {
    yield decodedPart(decoder, bytes)
  }
  yield decodedPart(decoder)
}

function decodedPart(decoder: TextDecoder, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
  } catch {
    throw new Unreadable(`begins as ${decoder.encoding} and goes on as something else; convert it to UTF-8`)
  }
}
