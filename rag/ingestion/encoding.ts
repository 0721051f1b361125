/** Bytes to text: marks and UTF-8 first, then the likeliest older encoding that fits. What is not text is refused. */
import { analyse } from 'chardet'

export interface Decoded {
  readonly text: string
  /** As WHATWG labels it: 'utf-8', 'windows-1252', … */
  readonly encoding: string
}

/** Below this chardet guesses. */
const leastConfidence = 20
const sampleBytes = 64 * 1024

/** The text, or why there is none. `declared`: what the document or its server says it is; believed where it fits. */
export function decodeText(bytes: Uint8Array, declared?: string): Decoded | string {
  const marked = byMark(bytes)
  if (marked !== undefined) return decodeAs(bytes, marked) ?? `begins as ${marked} and is not; convert it to UTF-8`
  if (bytes.includes(0)) {
    const wide = wideWithoutMark(bytes)
    return (wide === undefined ? undefined : decodeAs(bytes, wide)) ?? 'holds NUL bytes, so it is not text'
  }
  const found = decodeAs(bytes, 'utf-8') ?? (declared === undefined ? undefined : decodeAs(bytes, declared)) ?? guess(bytes)
  if (found === undefined) return 'is in no text encoding that could be found; convert it to UTF-8'
  return isBinary(found.text) ? 'is full of control characters, so it is not text' : found
}

/** By its byte order mark. */
function byMark(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8'
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le'
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined
}

/** UTF-16 of mostly Latin letters shows as a NUL in every other byte. */
function wideWithoutMark(bytes: Uint8Array): string | undefined {
  if (bytes.length < 8 || bytes.length % 2 === 1) return undefined
  const sample = bytes.subarray(0, sampleBytes)
  const nuls = [0, 0]
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) nuls[at % 2] = (nuls[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = nuls.map((count) => count / (sample.length / 2))
  if (odd > 0.4 && even < 0.02) return 'utf-16le'
  return even > 0.4 && odd < 0.02 ? 'utf-16be' : undefined
}

/** Undefined when the bytes do not fit or the encoding is not known. A byte order mark is dropped. */
function decodeAs(bytes: Uint8Array, label: string): Decoded | undefined {
  try {
    const decoder = new TextDecoder(label, { fatal: true })
    return { text: decoder.decode(bytes), encoding: decoder.encoding }
  } catch {
    return undefined
  }
}

function guess(bytes: Uint8Array): Decoded | undefined {
  const strange = bytes.findIndex((byte) => byte > 127)
  const sample = bytes.subarray(Math.max(0, strange - 1024), Math.max(0, strange - 1024) + sampleBytes)
  const matches = analyse(sample)
  for (const label of ['shift_jis', 'euc-jp']) {
    const japanese = matches.some(({ name }) => name.toLowerCase() === label) ? decodeAs(bytes, label) : undefined
    if (japanese && kanaShare(japanese.text) > 0.25) return japanese
  }
  for (const { name, confidence } of matches) {
    if (confidence < leastConfidence) break
    const found = decodeAs(bytes, labelOf(name))
    if (found) return found
  }
  const western = decodeAs(bytes, 'windows-1252')
  return western && looksWestern(sample) ? western : undefined
}

/** In practice what calls itself Latin-1 is its superset. */
const labelOf = (name: string): string => (name === 'ISO-8859-1' ? 'windows-1252' : name.toLowerCase())

/** Short Western texts give chardet too little: a few high bytes, each an accented letter or a typographic mark. */
function looksWestern(bytes: Uint8Array): boolean {
  const high = bytes.filter((byte) => byte > 127)
  const fitting = high.filter(
    (byte) => byte >= 0xc0 || (byte >= 0x91 && byte <= 0x97) || [0x80, 0x85, 0xa0, 0xa3, 0xa7, 0xb0].includes(byte),
  )
  return high.length < bytes.length * 0.3 && fitting.length === high.length
}

function kanaShare(text: string): number {
  const strange = text.match(/[^\p{ASCII}]/gu)?.length ?? 0
  return strange === 0 ? 0 : (text.match(/[\p{Script=Hiragana}\p{Script=Katakana}]/gu)?.length ?? 0) / strange
}

function isBinary(text: string): boolean {
  const sample = text.slice(0, sampleBytes)
  let controls = 0
  for (let at = 0; at < sample.length; at++) {
    const code = sample.charCodeAt(at)
    if ((code < 32 && !(code >= 8 && code <= 13) && code !== 27) || (code >= 127 && code < 160 && code !== 133)) controls++
  }
  return controls > sample.length / 50
}
