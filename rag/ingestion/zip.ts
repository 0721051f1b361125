/** Looks through a ZIP archive before a library unpacks it: what it says it holds, and whether that is true. */
import { inflateRawSync } from 'node:zlib'
import { Unreadable } from './unreadable.ts'

interface Entry {
  readonly name: string
  readonly method: number
  readonly encrypted: boolean
  readonly packed: number
  readonly unpacked: number
  /** Where its local header begins. */
  readonly at: number
}

const endMark = 0x06054b50
const entryMark = 0x02014b50
const mostEntries = 10_000
const mostUnpacked = 300 * 1024 * 1024
/** Packed text shrinks ten to thirty times. */
const mostRatio = 200
/** A part that a parser makes objects of. */
const largestPart = 40 * 1024 * 1024
const picture = /\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp|bin|odttf|mp[34])$/i

/** Names in the archive. Throws `Unreadable` for a damaged or encrypted one and for bombs; the sizes it states are verified. */
export function inspectArchive(bytes: Uint8Array): readonly string[] {
  const entries = entriesOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const unpacked = entries.reduce((sum, entry) => sum + entry.unpacked, 0)
  if (unpacked > mostUnpacked) throw bomb(unpacked)
  for (const entry of entries) {
    if (entry.encrypted) throw new Unreadable('is encrypted; remove its password')
    if (entry.unpacked > 1024 * 1024 && entry.unpacked > entry.packed * mostRatio) throw bomb(entry.unpacked)
    if (picture.test(entry.name)) continue
    if (entry.unpacked > largestPart) throw bomb(entry.unpacked)
    verify(entry, bytes)
  }
  return entries.map(({ name }) => name)
}

const bomb = (size: number): Unreadable =>
  new Unreadable(`unpacks to ${Math.round(size / 1024 / 1024)} MB, far more than it should; it is not read`)

/** The central directory at the end of the archive. */
function entriesOf(bytes: Buffer): Entry[] {
  const end = endOf(bytes)
  const count = bytes.readUInt16LE(end + 10)
  if (count > mostEntries) throw new Unreadable(`is an archive of ${count} entries; at most ${mostEntries} are read`)
  const entries: Entry[] = []
  let at = bytes.readUInt32LE(end + 16)
  for (let number = 0; number < count; number++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== entryMark) throw new Unreadable('is a damaged archive')
    const nameLength = bytes.readUInt16LE(at + 28)
    entries.push({
      name: bytes.toString('utf8', at + 46, at + 46 + nameLength),
      method: bytes.readUInt16LE(at + 10),
      encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
      packed: bytes.readUInt32LE(at + 20),
      unpacked: bytes.readUInt32LE(at + 24),
      at: bytes.readUInt32LE(at + 42),
    })
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return entries
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 0xffff); at--) {
    if (bytes.readUInt32LE(at) === endMark) return at
  }
  throw new Unreadable('is a truncated archive, or none')
}

/** Unpacks no further than the stated size. */
function verify({ name, method, packed, unpacked, at }: Entry, bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (at + 30 > bytes.length) throw new Unreadable('is a damaged archive')
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true)
  if (start + packed > bytes.length) throw new Unreadable('is a truncated archive')
  if (method === 0 && packed === unpacked) return
  if (method !== 8) throw new Unreadable(`is an archive packed in a way that is not read (method ${method})`)
  if (lengthUnpacked(bytes.subarray(start, start + packed), unpacked) !== unpacked) {
    throw new Unreadable(`is an archive whose part '${name.slice(0, 100)}' is not as large as it says`)
  }
}

function lengthUnpacked(packed: Uint8Array, limit: number): number | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: limit + 1 }).length
  } catch {
    return undefined
  }
}
