import { describe, expect, it } from 'vitest'
import { extractDocx } from './docx.ts'
import { docxOf, wordParagraph, zipOf } from './fixtures.ts'

describe('extractDocx', () => {
  it('keeps headings, paragraphs and tables', async () => {
    const cell = (text: string): string => `<w:tc>${wordParagraph(text)}</w:tc>`
    const table = `<w:tbl><w:tr>${cell('a')}${cell('b')}</w:tr></w:tbl>`
    const { text, outline } = await extractDocx(
      docxOf(`${wordParagraph('Handbook', 'Heading1')}${wordParagraph('Hello.')}${wordParagraph('Leave', 'Heading2')}${table}`),
    )
    expect(text).toBe('Handbook\n\nHello.\n\nLeave\n\n| a | b |')
    expect(outline.title).toBe('Handbook')
    expect(outline.blocks.at(-1)?.headings).toEqual(['Handbook', 'Leave'])
  })

  const styles = (content: string | Buffer, more = {}) => docxOf(wordParagraph('x'), [{ name: 'word/styles.xml', content, ...more }])
  it.each([
    ['is a ZIP archive and no Word document', zipOf([{ name: 'notes.txt', content: 'x' }])],
    ['is a truncated archive, or none', Buffer.from('PK\u0003\u0004 and then nothing')],
    ['is a truncated archive, or none', docxOf(wordParagraph('x')).subarray(0, 600)],
    ['is encrypted; remove its password', styles('x', { encrypted: true })],
    ['is encrypted or in the old Word format', Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)])],
    ['unpacks to 29 MB, far more than it should', styles(Buffer.alloc(30_000_000))],
    ["part 'word/styles.xml' is not as large as it says", styles(Buffer.alloc(3_000_000), { stated: 1000 })],
  ])('says that one %s', async (reason, bytes) => {
    await expect(extractDocx(bytes)).rejects.toThrow(reason)
  })
})
