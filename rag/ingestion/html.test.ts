import { describe, expect, it } from 'vitest'
import { chunkText } from './chunk.ts'
import { extractHtml } from './html.ts'

const textOf = (html: string): string => extractHtml(html).text

describe('extractHtml', () => {
  it('keeps what a page says, in blocks, and leaves out what it does not show', () => {
    const { text, metadata, outline } = extractHtml(`<!doctype html>
      <html lang="de"><head><title>Die &Uuml;bersicht</title>
      <link rel="canonical" href="https://example.com/x"><style>p { color: red }</style></head>
      <body><nav>Start Kontakt</nav><h1>Oben</h1><p>Eins <b>zwei</b>
      drei<br>vier &amp; mehr</p><script>steal("it")</script><div hidden>geheim</div>
      <div style="display: none">versteckt</div><template>Vorlage</template><!-- Notiz -->
      <ul><li>a</li><li><p>b</p></ul><pre>x
  y</pre>Ende</body></html>`)
    expect(text).toBe('Oben\n\nEins zwei drei\nvier & mehr\n\n- a\n- b\n\nx\n  y\n\nEnde')
    expect(metadata).toEqual({ lang: 'de', url: 'https://example.com/x' })
    expect(outline.title).toBe('Die Übersicht')
  })

  it('cuts at headings, remembers those above, and gives exact slices', () => {
    const { text, outline } = extractHtml('<h1>Leave</h1><h2>Parental</h2><p>Thirty days.</p><h2>Sick</h2><p>A note.</p>')
    expect(chunkText(text, outline.blocks).map(({ start, end, headings }) => [headings.join(' > '), text.slice(start, end)])).toEqual([
      ['Leave > Parental', 'Leave\n\nParental\n\nThirty days.'],
      ['Leave > Sick', 'Sick\n\nA note.'],
    ])
  })

  it('draws rows of a table and never cuts inside of one', () => {
    const row = (at: number): string => `<tr><td>Person ${at}</td><td>Lives at number ${at}. Has a dog.</td></tr>`
    const rows = Array.from({ length: 200 }, (_, at) => row(at)).join('')
    const { text, outline } = extractHtml(`<p>Who?</p><table><thead><tr><th>Name</th><th>About</th></tr></thead>${rows}</table><p>All.</p>`)
    expect(text.startsWith('Who?\n\n| Name | About |\n| Person 0 | Lives at number 0. Has a dog. |\n')).toBe(true)
    const chunks = chunkText(text, outline.blocks)
    expect(chunks.length).toBeGreaterThan(3)
    const lines = chunks.flatMap(({ start, end }) => text.slice(start, end).split('\n'))
    for (const line of lines) expect(line).toMatch(/^(\|.*\||Who\?|All\.|)$/)
    expect(lines.filter((line) => line.startsWith('| Person'))).toHaveLength(200)
  })

  it('takes a table that lays out a page for paragraphs', () => {
    expect(textOf('<table><tr><td>Menu<td><h2>News</h2><p>Rain.</p><table><tr><td>a<td>b</table>More</table>')).toBe(
      'Menu\n\nNews\n\nRain.\n\n| a | b |\n\nMore',
    )
  })

  it('reads the main part alone where a page names one that says enough', () => {
    const story = 'The story goes on and on. '.repeat(20).trim()
    expect(textOf(`<header>Logo</header><main><p>${story}</p></main><footer>Imprint</footer>`)).toBe(story)
    expect(textOf('<p>All is out here, and there is much of it.</p><div role="main">Little</div><p>End</p>')).toBe(
      'All is out here, and there is much of it.\n\nLittle\n\nEnd',
    )
  })

  it('takes hostile pages in its stride', () => {
    expect(textOf(`${'<div>'.repeat(90_000)}deep`)).toBe('deep')
    expect(() => textOf('<div>'.repeat(110_000))).toThrow('nests elements deeper than 100,000 levels')
    expect(textOf(`<a href="${'x'.repeat(1_000_000)}`)).toBe('')
    expect(textOf(`<p ${'a '.repeat(100_000)}>text`)).toBe('text')
    expect(textOf('<p>&#0;&#xD800;a\u202Eb')).toMatch(/a\u202Eb$/)
    expect(textOf('<script>never closed <p>text')).toBe('')
  })
})
