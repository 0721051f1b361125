import { describe, expect, it } from 'vitest'
import { createMask, findPii, replaceFindings } from './pii.ts'

const found = (text: string): readonly (readonly [string, string])[] =>
  findPii(text).map(({ start, end, type }) => [type, text.slice(start, end)] as const)

describe('finding personal data', () => {
  it.each([
    ['Write to Jane.Doe+x@mail.example.co.uk.', 'email', 'Jane.Doe+x@mail.example.co.uk'],
    ['Schreib an jürgen@straße.de, bitte', 'email', 'jürgen@straße.de'],
    ['IBAN DE89 3704 0044 0532 0130 00 please', 'iban', 'DE89 3704 0044 0532 0130 00'],
    ['to GB82WEST12345698765432', 'iban', 'GB82WEST12345698765432'],
    ['card 4111 1111 1111 1111, exp 12/27', 'card', '4111 1111 1111 1111'],
    ['amex 378282246310005', 'card', '378282246310005'],
    ['SSN 123-45-6789', 'ssn', '123-45-6789'],
    ['call +49 30 901820 now', 'phone', '+49 30 901820'],
    ['call (415) 555-2671 now', 'phone', '(415) 555-2671'],
    ['415-555-2671', 'phone', '415-555-2671'],
    ['at 020 7946 0958.', 'phone', '020 7946 0958'],
    ['from 192.168.17.4:8080', 'ip', '192.168.17.4'],
    ['key sk-abcdefghijklmnopqrstuvwx', 'secret', 'sk-abcdefghijklmnopqrstuvwx'],
    ['AKIAIOSFODNN7EXAMPLE', 'secret', 'AKIAIOSFODNN7EXAMPLE'],
  ])('%s', (text, type, value) => {
    expect(found(text)).toEqual([[type, value]])
  })

  it.each([
    'AUC 0.9288123 over 48842 rows, 14 columns, seed 42',
    'version 1.2.3, 2024-05-30 10:20:33, run_01h455vb4pex5vsknk084sn02q',
    'order 1234567890123456 of 2024',
    'IBAN DE89 3704 0044 0532 0130 01 has a wrong check digit',
    'train on churn@v2 with 0.8/0.2 and 1,000,000 rows',
    'node 24.21.0 and 10.0.0.256',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'latitude 52.5200066, longitude 13.4049540',
    '',
  ])('leaves alone: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('stays quick on long texts made to be slow', () => {
    for (const text of ['a'.repeat(200_000), '1 '.repeat(100_000), 'a@'.repeat(100_000), `+1${' 2'.repeat(100_000)}`, 'A1'.repeat(100_000)])
      expect(findPii(text).every(({ start, end }) => end > start)).toBe(true)
  })
})

describe('a mask', () => {
  it('gives one value one placeholder and restores all it replaced', () => {
    const mask = createMask()
    const text = 'From a@x.org to b@x.org, cc a@x.org, tel. +49 30 901820.'
    expect(mask.mask(text)).toBe('From <EMAIL_1> to <EMAIL_2>, cc <EMAIL_1>, tel. <PHONE_1>.')
    expect(mask.restore(mask.mask(text))).toBe(text)
    expect(mask.mask('again b@x.org')).toBe('again <EMAIL_2>')
  })

  it('restores nothing it did not replace', () => {
    expect(createMask().restore('<EMAIL_1> and <B_2>')).toBe('<EMAIL_1> and <B_2>')
  })

  it('keeps what stands between findings', () => {
    expect(replaceFindings('x a@x.org y', ({ type }) => `[${type}]`)).toBe('x [email] y')
  })
})
