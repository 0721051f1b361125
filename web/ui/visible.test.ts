import { describe, expect, it } from 'vitest'
import { visible } from './visible.ts'

describe('text from elsewhere', () => {
  it('is left as it is when all of it can be seen', () => {
    for (const text of ['', 'Plain\nwords\twith\r\nlines', 'Größe 水車 שלום', '👩‍💻 ❤️ 5️⃣ 🏳️‍🌈', 'می‌خواهم', 'क्‍ष'])
      expect(visible(text), text).toBe(text)
  })

  it('shows what would hide words or turn them around', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['pay\u202e100', 'pay⟨U+202E⟩100'],
      ['a\u200bb\u2060c\ufeff', 'a⟨U+200B⟩b⟨U+2060⟩c⟨U+FEFF⟩'],
      ['a\u00adb\u3164', 'a⟨U+00AD⟩b⟨U+3164⟩'],
      ['\u{e0049}\u{e0067}', '⟨U+E0049⟩⟨U+E0067⟩'],
      ['a\u200db', 'a⟨U+200D⟩b'],
      ['x\ufe0fy', 'x⟨U+FE0F⟩y'],
      ['a\u0007b\u2028', 'a⟨U+0007⟩b⟨U+2028⟩'],
      ['👋\u{e0100}', '👋⟨U+E0100⟩'],
    ]
    for (const [text, expected] of cases) expect(visible(text)).toBe(expected)
  })
})
