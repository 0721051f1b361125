import { expect, test } from 'vitest'
import { jsonText, repairedJsonText } from './json-text.ts'

test('text that Postgres can keep passes unchanged, escapes that only look dangerous too', () => {
  const value = { text: 'naïve 😀 \n', code: 'write \\u0000 for NUL', list: [1, null, true] }
  expect(JSON.parse(jsonText(value, 'The input'))).toEqual(value)
  expect(JSON.parse(repairedJsonText(value))).toEqual(value)
})

test.each([
  ['NUL', 'a\0b'],
  ['half a pair', '\ud83d'],
])('%s is refused from a caller and repaired in a result', (_name, text) => {
  expect(() => jsonText({ deep: [{ text }] }, 'The input')).toThrow(/The input holds a NUL/)
  expect(() => jsonText({ [text]: 1 }, 'The input')).toThrow()
  expect(repairedJsonText({ text })).toContain('\ufffd')
})

test('nothing at all is null', () => {
  expect(jsonText(undefined, 'The input')).toBe('null')
  expect(repairedJsonText(undefined)).toBe('null')
})
