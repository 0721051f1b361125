import { describe, expect, it } from 'vitest'
import { decodeText } from './encoding.ts'

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le')
const cyrillic = (text: string): Buffer =>
  Buffer.from([...text].map((sign) => (sign >= 'А' && sign <= 'я' ? sign.charCodeAt(0) - 0x410 + 0xc0 : sign.charCodeAt(0))))

describe('decodeText', () => {
  const spanish = 'El niño comió en el jardín con su mamá.'
  const russian = 'Защита команды была одной из лучших в лиге, и тренер был доволен.'
  it.each([
    ['utf-8', 'naïve 😀', Buffer.from('naïve 😀')],
    ['utf-8', 'marked', Buffer.from('\uFEFFmarked')],
    ['utf-16le', spanish, Buffer.concat([bytes('fffe'), wide(spanish)])],
    ['utf-16be', spanish, Buffer.concat([bytes('feff'), wide(spanish).swap16()])],
    ['utf-16le', spanish, wide(spanish)],
    ['utf-16be', spanish, wide(spanish).swap16()],
    ['windows-1252', spanish, Buffer.from(spanish, 'latin1')],
    ['windows-1252', 'café', bytes('636166e9')],
    ['windows-1252', '“€5” it says', bytes('9380359420697420736179 73')],
    ['windows-1251', russian, cyrillic(russian)],
    ['shift_jis', '日本語のテキスト', bytes('93fa 967b 8cea 82cc 8365 834c 8358 8367')],
    ['euc-jp', '日本語のテキスト', bytes('c6fc cbdc b8ec a4ce a5c6 a5ad a5b9 a5c8')],
    [
      'gb18030',
      '我们在北京学习中文。他们也在这里学习。',
      bytes('ced2c3c7d4dab1b1beA9d1a7cfb0d6d0cec4a1a3cbfbc3c7d2b2d4dad5e2c0efd1a7cfb0a1a3'),
    ],
  ])('finds %s', (encoding, text, input) => {
    expect(decodeText(input)).toEqual({ encoding, text })
  })

  it('believes what is declared where it fits, and only there', () => {
    const polish = bytes('b3f364bc')
    expect(decodeText(polish, 'iso-8859-2')).toEqual({ encoding: 'iso-8859-2', text: 'łódź' })
    expect(decodeText(Buffer.from('é'), 'iso-8859-1')).toEqual({ encoding: 'utf-8', text: 'é' })
    expect(decodeText(bytes('636166e9'), 'no-such-encoding')).toMatchObject({ text: 'café' })
  })

  it('keeps marks of direction, and replaces nothing', () => {
    const text = 'שלום \u200Fworld\u202E.'
    expect(decodeText(Buffer.from(text))).toEqual({ encoding: 'utf-8', text })
  })

  it('refuses what is not text, with the reason', () => {
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, at) => ((at * 7919) % 255) + 1))
    expect(decodeText(Buffer.from('a\0b'))).toBe('holds NUL bytes, so it is not text')
    expect(decodeText(Buffer.alloc(100))).toBe('holds NUL bytes, so it is not text')
    expect(typeof decodeText(noise)).toBe('string')
    expect(decodeText(Buffer.from('\u0001\u0002\u0003'.repeat(50)))).toBe('is full of control characters, so it is not text')
    expect(decodeText(bytes('fffe00004100000042000000'))).toMatch('begins as utf-32le')
    expect(decodeText(bytes('fffe 00d8 00d8'))).toMatch('begins as utf-16le and is not')
  })
})
