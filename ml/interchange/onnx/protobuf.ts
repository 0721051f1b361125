/** Writes Protocol Buffers: a message is its fields one after the other, each a number, a wire type and a value. */

/** Bytes of one or more fields. */
export type Fields = Uint8Array

const utf8 = new TextEncoder()

/** Joins fields, in their order. */
export function message(...fields: readonly Fields[]): Fields {
  const all = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const field of fields) {
    all.set(field, at)
    at += field.length
  }
  return all
}

/** Base 128, lowest bits first; negative numbers as 64-bit two's complement. */
function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  return [...bytes, Number(rest)]
}

const [variable, lengthed, fixed32] = [0, 2, 5]
const tag = (field: number, wire: number): number[] => varint((field << 3) | wire)

/** A whole number. */
export const int = (field: number, value: number): Fields => Uint8Array.from([...tag(field, variable), ...varint(value)])

export function float(field: number, value: number): Fields {
  return message(Uint8Array.from(tag(field, fixed32)), new Uint8Array(Float32Array.of(value).buffer))
}

/** Bytes, or a message inside a message. */
export function bytes(field: number, value: Uint8Array): Fields {
  return message(Uint8Array.from([...tag(field, lengthed), ...varint(value.length)]), value)
}

export const string = (field: number, value: string): Fields => bytes(field, utf8.encode(value))

/** Numbers packed in one field (what proto3 readers and proto2's `[packed]` both take). */
export function floats(field: number, values: readonly number[]): Fields {
  return bytes(field, new Uint8Array(Float32Array.from(values).buffer))
}

export function ints(field: number, values: readonly number[]): Fields {
  const packed: number[] = []
  for (const value of values) {
    /** One byte is the common case: 8x over BigInt, n = 1e6. */
    if (value >= 0 && value < 128) packed.push(value)
    else packed.push(...varint(value))
  }
  return bytes(field, Uint8Array.from(packed))
}
