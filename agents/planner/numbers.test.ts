import { expect, it } from 'vitest'
import { numberWord } from './numbers.ts'

it.each([
  ['zero', 0],
  ['twelve', 12],
  ['sixty', 60],
  ['twenty-five', 25],
  ['ninety nine', 99],
  ['hundred', 100],
  ['two hundred', 200],
  ['two hundred and fifty', 250],
  ['dozen', 12],
  ['three thousand', 3000],
  ['two hundred thousand', 200_000],
  ['two hundred and fifty thousand three hundred', 250_300],
])('%s is a number', (text, value) => {
  expect(numberWord(text)).toBe(value)
})

it.each(['', 'tree', 'twenty-fold', 'tenth', 'hundreds'])('%s is none', (text) => {
  expect(numberWord(text)).toBeUndefined()
})
