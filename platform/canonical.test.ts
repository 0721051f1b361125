import { expect, test } from 'vitest'
import { canonicalJson, digestOf } from './canonical.ts'

test('the order of keys makes no difference, at any depth', () => {
  expect(canonicalJson({ b: 1, a: { d: [2, { y: 1, x: null }], c: 'x' } })).toBe('{"a":{"c":"x","d":[2,{"x":null,"y":1}]},"b":1}')
  expect(digestOf({ b: 1, a: 2 })).toBe(digestOf({ a: 2, b: 1 }))
})

test('what JSON leaves out or writes in its own way is left out or written so', () => {
  const value = { when: new Date(0), gone: undefined, list: [undefined, () => 1, Number.NaN], text: 'ü"\n\u2028', zero: -0, big: 1e21 }
  expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
  const sorted = Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
  expect(canonicalJson(value)).toBe(JSON.stringify(sorted))
})

test('a digest is SHA-256 in hex', () => {
  expect(digestOf({})).toBe('44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a')
})
