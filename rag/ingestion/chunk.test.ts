import { describe, expect, it } from 'vitest'
import { chunkText, estimateTokens } from './chunk.ts'
import { outlineHeadingLines } from './heading-lines.ts'
import { outlineMarkdown } from './markdown.ts'
import { outlineText } from './outline.ts'

const small = { budget: 40, overlap: 10 }
const chunksOf = (text: string, options = small): string[] =>
  chunkText(text, outlineText(text).blocks, options).map(({ start, end }) => text.slice(start, end))

describe('chunkText', () => {
  it('keeps a short text whole, without the white space around it', () => {
    expect(chunksOf('\n\n  One paragraph.\n\nAnother one.  \n')).toEqual(['One paragraph.\n\nAnother one.'])
  })

  it('cuts between paragraphs before it cuts inside one', () => {
    const paragraph = 'Some words of a paragraph that is long enough to fill about half of it.'
    expect(chunksOf(`${paragraph}\n\n${paragraph}\n\n${paragraph}`, { budget: 40, overlap: 0 })).toEqual([
      `${paragraph}\n\n${paragraph}`,
      paragraph,
    ])
  })

  it('cuts a long paragraph between sentences and repeats the last one', () => {
    const sentences = Array.from({ length: 12 }, (_, at) => `Sentence number ${at} says little.`)
    const chunks = chunksOf(sentences.join(' '))
    expect(chunks.length).toBeGreaterThan(2)
    for (const [at, chunk] of chunks.entries()) {
      expect(chunk).toMatch(/^Sentence number .*\.$/)
      const previous = chunks[at - 1]
      if (previous) expect(chunk.startsWith(previous.slice(previous.lastIndexOf('Sentence')))).toBe(true)
    }
  })

  it('loses no word and exceeds no budget, whatever the text', () => {
    const nasty = [
      'x'.repeat(5000),
      'word '.repeat(2000),
      '漢字'.repeat(900),
      '😀'.repeat(700),
      Array.from({ length: 60 }, (_, at) => `Line ${at} of a poem\nwith a break. ${'and more '.repeat(at % 17)}`).join('\n\n'),
    ]
    for (const text of nasty) {
      const chunks = chunkText(text, outlineText(text).blocks, small)
      const covered = new Uint8Array(text.length)
      for (const chunk of chunks) {
        covered.fill(1, chunk.start, chunk.end)
        expect(estimateTokens(text, chunk)).toBeLessThanOrEqual(small.budget + 1)
        expect(text.slice(chunk.start, chunk.end).isWellFormed()).toBe(true)
      }
      for (let at = 0; at < text.length; at++) if (text.charAt(at).trim() !== '') expect(covered[at]).toBe(1)
    }
  })

  it('never cuts inside of a row of a table, and repeats none', () => {
    const rows = Array.from({ length: 80 }, (_, at) => `| ${at} | A note. And another. |`)
    const text = `Before.\n\n| id | note |\n|----|:----:|\n${rows.join('\n')}\n\nAfter.`
    const lines = chunksOf(text).flatMap((chunk) => chunk.split('\n'))
    expect(lines.filter((line) => /^\| \d/.test(line))).toEqual(rows)
  })

  it('does not run from one page into the next', () => {
    const text = 'End of one.\n\nStart of two.\n\nMore of two.'
    const blocks = outlineText(text).blocks.map((block, at) => ({ ...block, breaks: at === 1 }))
    expect(chunkText(text, blocks).map(({ start, end }) => text.slice(start, end))).toEqual([
      'End of one.',
      'Start of two.\n\nMore of two.',
    ])
  })

  it('gives nothing for nothing', () => {
    expect(chunksOf(' \n ')).toEqual([])
  })
})

describe('outlineMarkdown', () => {
  const text = [
    '---',
    'title: The handbook',
    '---',
    '# Leave',
    '',
    '## Parental',
    '',
    'Thirty days.',
    '',
    '## Sick',
    '',
    '- a note',
    '- a call',
  ].join('\n')

  it('cuts at headings and remembers those above', () => {
    const { blocks, title } = outlineMarkdown(text)
    const chunks = chunkText(text, blocks)
    expect(title).toBe('The handbook')
    expect(chunks.map(({ start, end, headings }) => [headings.join(' > '), text.slice(start, end)])).toEqual([
      ['Leave > Parental', '# Leave\n\n## Parental\n\nThirty days.'],
      ['Leave > Sick', '## Sick\n\n- a note\n- a call'],
    ])
  })

  it('takes the first heading for the title when nothing else names one', () => {
    expect(outlineMarkdown('Intro\n\n# `Real` *title*\n\ntext').title).toBe('Real title')
    expect(outlineMarkdown('no heading').title).toBeUndefined()
  })

  it('does not take headings inside code for headings', () => {
    const code = '```sh\n# not a heading\n```\n\nText.'
    expect(outlineMarkdown(code).blocks.every(({ headings }) => headings.length === 0)).toBe(true)
  })
})

describe('outlineHeadingLines', () => {
  it('sees the sections that the parser sees', () => {
    const text = '# Guide #\n\nIntro\nline.\n\n## Setup\n\n```sh\n# not a heading\n\nstill code\n```\n\nDone.\n### Deep\nText\n# Next\n'
    const read = (outline: typeof outlineMarkdown): unknown => {
      const { blocks, title } = outline(text)
      return { title, chunks: chunkText(text, blocks).map(({ start, end, headings }) => [headings.join(' > '), text.slice(start, end)]) }
    }
    expect(read(outlineHeadingLines)).toEqual(read(outlineMarkdown))
  })

  it('takes hostile text in its stride', () => {
    for (const text of ['#'.repeat(500_000), `# ${'a '.repeat(200_000)}`, `${'`'.repeat(3)}\n`.repeat(100_000), '\n'.repeat(500_000)]) {
      const { blocks } = outlineHeadingLines(text)
      for (const { start, end } of blocks) expect(end).toBeGreaterThan(start)
    }
  })
})
