/**
 * A JSON value with typed arrays in it, as bytes: JSON in which each array is a reference, then the arrays one after the
 * other as they lie in memory (little-endian, as every machine Node runs on). Nothing in it can run, and the same value
 * gives the same bytes.
 *
 *   "MILLRACE" | length of the JSON (uint32) | version (uint32) | JSON, padded to 8 | array, padded to 8 | array ...
 */
import { z } from 'zod'

const magic = 'MILLRACE'
const version = 2
const headBytes = 16
/** The key of a reference; no field may have this name. */
const mark = '$array'

const kinds = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array } as const
type Numeric = InstanceType<(typeof kinds)[keyof typeof kinds]>

const reference = z.strictObject({
  [mark]: z.tuple([z.enum(['f64', 'f32', 'i32', 'u32', 'u8']), z.int().min(0).describe('First byte'), z.int().min(0).describe('Length')]),
})

const isNumeric = (value: unknown): value is Numeric => Object.values(kinds).some((kind) => value instanceof kind)
const kindOf = (value: Numeric): string => Object.entries(kinds).find(([, kind]) => value instanceof kind)?.[0] ?? ''
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** Typed arrays may stand anywhere in `value`; the rest must be what JSON holds. */
export function encodeValue(value: unknown): Uint8Array {
  const arrays: Numeric[] = []
  let length = 0
  const referring = (item: unknown): unknown => {
    if (isNumeric(item)) {
      arrays.push(item)
      length += padded(item.byteLength)
      return { [mark]: [kindOf(item), length - padded(item.byteLength), item.length] }
    }
    if (Array.isArray(item)) return item.map(referring)
    if (item === null || typeof item !== 'object') return item
    if (mark in item) throw new RangeError(`A field may not be called '${mark}'.`)
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, referring(each)]))
  }
  const json = new TextEncoder().encode(JSON.stringify(referring(value)))
  const start = headBytes + padded(json.length)
  const bytes = new Uint8Array(start + length)
  const view = new DataView(bytes.buffer)
  bytes.set(new TextEncoder().encode(magic))
  view.setUint32(8, json.length, true)
  view.setUint32(12, version, true)
  bytes.fill(32, headBytes, start)
  bytes.set(json, headBytes)
  let at = start
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += padded(array.byteLength)
  }
  return bytes
}

/** Reads bytes of `encodeValue`. Throws when they are anything else, or too short for what they say. The arrays are copies. */
export function decodeValue(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < headBytes || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic)
    throw new RangeError('These bytes are no model.')
  if (view.getUint32(12, true) !== version)
    throw new RangeError(`This model has format ${view.getUint32(12, true)}; ${version} is read here.`)
  const end = headBytes + view.getUint32(8, true)
  if (end > bytes.length) throw new RangeError('The model was cut off.')
  const start = headBytes + padded(end - headBytes)
  const resolved = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(resolved)
    if (item === null || typeof item !== 'object') return item
    if (mark in item) return arrayAt(bytes, start, reference.parse(item)[mark])
    return Object.fromEntries(Object.entries(item).map(([key, each]) => [key, resolved(each)]))
  }
  return resolved(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(headBytes, end))))
}

function arrayAt(bytes: Uint8Array, start: number, [kind, offset, length]: z.infer<typeof reference>[typeof mark]): Numeric {
  const from = start + offset
  const until = from + length * kinds[kind].BYTES_PER_ELEMENT
  if (until > bytes.length) throw new RangeError('The model was cut off.')
  /** Node's own bytes (a Buffer) share their memory when sliced; these never do. */
  return new kinds[kind](new Uint8Array(bytes.subarray(from, until)).buffer)
}
