import { describe, expect, it } from 'vitest'
import { pdfOf } from './fixtures.ts'
import { extractPdf } from './pdf.ts'

describe('extractPdf', () => {
  it('finds paragraphs, headings by size, title and author, and where each page begins', async () => {
    const { text, outline, metadata, pages } = await extractPdf(
      pdfOf({
        title: 'The Guide',
        author: 'Ada',
        pages: [
          ['# Intro', 'First line of a paragraph that', 'goes on here.', '', 'A divi-', 'ded word, and it does not'],
          ['end before the next page.', '', 'Third.'],
          [],
          ['# Next', 'Last words.'],
        ],
      }),
    )
    expect(text).toBe(
      'Intro\n\nFirst line of a paragraph that\ngoes on here.\n\nA divided word, and it does not\nend before the next page.\n\nThird.\n\nNext\n\nLast words.',
    )
    expect(metadata).toEqual({ pages: 4, title: 'The Guide', author: 'Ada' })
    expect(pages?.map((start) => text.slice(start, start + 3))).toEqual(['Int', 'end', 'Nex', 'Nex'])
    expect(outline.blocks.map(({ headings, breaks = false }) => [...headings, breaks])).toEqual([
      ['Intro', true],
      ['Intro', false],
      ['Intro', false],
      ['Intro', true],
      ['Next', true],
      ['Next', false],
    ])
  })

  it('leaves out what runs along the head and foot of the pages', async () => {
    const page = (at: number): string[] => [
      'Annual report of the mill',
      '',
      `Chapter ${at} says something of its own.`,
      `Line two of ${at}.`,
      '',
      `${at}`,
    ]
    const { text, pages } = await extractPdf(pdfOf({ pages: [page(1), page(2), page(3), page(4)] }))
    expect(text).toBe(
      `Annual report of the mill\n\n${[1, 2, 3, 4].map((at) => `Chapter ${at} says something of its own.\nLine two of ${at}.`).join('\n\n')}`,
    )
    expect(pages?.map((start) => text.slice(start, start + 9))).toEqual(['Annual re', 'Chapter 2', 'Chapter 3', 'Chapter 4'])
  })

  it('does without titles that a program made up', async () => {
    const { metadata, outline } = await extractPdf(pdfOf({ title: 'Microsoft Word - offer_final2.doc', pages: [['Text.']] }))
    expect(metadata).toEqual({ pages: 1 })
    expect(outline.title).toBeUndefined()
  })

  const whole = pdfOf({ pages: [['Some text'], ['and more']] })
  const key = '<00112233445566778899aabbccddeeff>'
  const encrypted = pdfOf({
    pages: [['Some text']],
    trailer: `/Encrypt 100 0 R /ID [${key} ${key}]`,
    objects: [`<< /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -44 >>`],
  })
  it.each([
    ['is encrypted; remove its password', encrypted],
    ['is a damaged or truncated PDF', whole.subarray(0, 400)],
    ['is a damaged or truncated PDF', whole.subarray(0, 9)],
    ['is no PDF, whatever its name says', Buffer.from('Dear reader')],
    ['holds no text; scanned pages need text recognition first', pdfOf({ pages: [[], []] })],
  ])('says that one %s', async (reason, bytes) => {
    await expect(extractPdf(bytes)).rejects.toThrow(reason)
  })

  it('reads a form that draws itself once', async () => {
    const form = '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Loop 100 0 R >> >> /Length 8 >>'
    const loop = pdfOf({
      pages: [['']],
      content: 'BT /F 12 Tf 1 0 0 1 72 700 Tm (once) Tj ET /Loop Do',
      resources: '/XObject << /Loop 100 0 R >>',
      objects: [`${form}\nstream\n/Loop Do\nendstream`],
    })
    expect((await extractPdf(loop)).text).toBe('once')
  })
})
