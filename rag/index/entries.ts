/**
 * A term's postings packed into bytes. For every chunk, by document and ordinal: the document's distance from the one before
 * (the first from 0), ordinal, term frequency, length of the chunk in terms, each as a LEB128 varint: about 5 bytes in all.
 */

/** Parallel columns, one place for every chunk that holds the term. */
export interface Entries {
  readonly size: number
  readonly documents: Int32Array
  readonly ordinals: Int32Array
  readonly frequencies: Int32Array
  /** Of the chunks, in terms. */
  readonly lengths: Int32Array
}

export function emptyEntries(room: number): Entries & { size: number } {
  return {
    size: 0,
    documents: new Int32Array(room),
    ordinals: new Int32Array(room),
    frequencies: new Int32Array(room),
    lengths: new Int32Array(room),
  }
}

const longestVarint = 5

/** Entries [from, to), which are in order. */
export function packEntries(entries: Entries, from = 0, to = entries.size): Buffer {
  const bytes = Buffer.allocUnsafe((to - from) * 4 * longestVarint)
  let at = 0
  let before = 0
  const put = (value: number): void => {
    let rest = value
    while (rest > 127) {
      bytes[at++] = (rest & 127) | 128
      rest >>>= 7
    }
    bytes[at++] = rest
  }
  for (let entry = from; entry < to; entry++) {
    const document = entries.documents[entry] ?? 0
    put(document - before)
    put(entries.ordinals[entry] ?? 0)
    put(entries.frequencies[entry] ?? 0)
    put(entries.lengths[entry] ?? 0)
    before = document
  }
  return bytes.subarray(0, at)
}

/** Adds what `bytes` hold to `into`, which has the room, leaving out documents in `without`. */
export function unpackEntries(bytes: Uint8Array, into: Entries & { size: number }, without?: ReadonlySet<number>): void {
  let at = 0
  let size = into.size
  let document = 0
  const take = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0
      value |= (byte & 127) << shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    document += take()
    into.documents[size] = document
    into.ordinals[size] = take()
    into.frequencies[size] = take()
    into.lengths[size] = take()
    if (!without?.has(document)) size++
  }
  into.size = size
}

/** The same entries by document and ordinal. */
export function sortEntries(entries: Entries): Entries {
  const { size, documents, ordinals } = entries
  const before = (left: number, right: number): number =>
    (documents[left] ?? 0) - (documents[right] ?? 0) || (ordinals[left] ?? 0) - (ordinals[right] ?? 0)
  let sorted = true
  for (let at = 1; at < size && sorted; at++) sorted = before(at - 1, at) < 0
  if (sorted) return entries
  const order = Uint32Array.from({ length: size }, (_, at) => at).sort(before)
  const pick = (column: Int32Array): Int32Array => Int32Array.from(order, (at) => column[at] ?? 0)
  return {
    size,
    documents: pick(documents),
    ordinals: pick(ordinals),
    frequencies: pick(entries.frequencies),
    lengths: pick(entries.lengths),
  }
}
