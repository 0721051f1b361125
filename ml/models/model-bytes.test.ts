import { describe, expect, it } from 'vitest'
import { decodeValue, encodeValue } from './model-bytes.ts'

const value = {
  name: 'ä',
  lists: [new Float64Array([1.5, -0]), { deep: new Uint8Array([1, 2, 255]) }, new Int32Array([-7])],
  floats: new Float32Array([0.1]),
  words: new Uint32Array([2 ** 32 - 1]),
  empty: new Float64Array(),
  plain: [1, null, 'x', true],
}

describe('the bytes of a model', () => {
  it('give back the same values, and the same bytes for the same value', () => {
    const bytes = encodeValue(value)
    expect(decodeValue(bytes)).toEqual(value)
    expect(encodeValue(decodeValue(bytes))).toEqual(bytes)
  })

  it('are read from the middle of a larger buffer', () => {
    const bytes = encodeValue(value)
    const shifted = new Uint8Array(bytes.length + 3)
    shifted.set(bytes, 3)
    expect(decodeValue(shifted.subarray(3))).toEqual(value)
  })

  it('are read from what Node reads of a file', () => {
    expect(decodeValue(Buffer.from(encodeValue(value)))).toEqual(value)
  })

  it('are refused when they are cut, altered at their head or point outside themselves', () => {
    const bytes = encodeValue(value)
    for (const length of [0, 7, 15, 20, 100, bytes.length - 9]) expect(() => decodeValue(bytes.slice(0, length))).toThrow()
    expect(() => decodeValue(bytes.with(0, 65))).toThrow('no model')
    expect(() => decodeValue(bytes.with(12, 9))).toThrow('format 9')
    const hostile = encodeValue({ a: 1 })
    const json = new TextEncoder().encode('{"$array":["f64",0,4000000000]}')
    const crafted = new Uint8Array(16 + 32)
    crafted.set(hostile.subarray(0, 16))
    new DataView(crafted.buffer).setUint32(8, json.length, true)
    crafted.set(json, 16)
    expect(() => decodeValue(crafted)).toThrow('cut off')
  })

  it('hold no field that looks like a reference', () => {
    expect(() => encodeValue({ a: { $array: 1 } })).toThrow('$array')
  })

  it('keep a field called __proto__ a field', () => {
    const parsed: unknown = JSON.parse('{"a":{"__proto__":{"polluted":true}}}')
    const back = decodeValue(encodeValue(parsed))
    expect(Object.hasOwn(Object(Object(back).a), '__proto__')).toBe(true)
    expect(Reflect.get({}, 'polluted')).toBeUndefined()
  })
})
