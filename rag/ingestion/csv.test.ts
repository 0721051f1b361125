import { describe, expect, it } from 'vitest'
import { chunkText } from './chunk.ts'
import { delimiterOf, readTable, type TablePart } from './csv.ts'

async function partsOf(text: string, delimiter = ','): Promise<TablePart[]> {
  const parts: TablePart[] = []
  for await (const part of readTable([text], delimiter)) parts.push(part)
  return parts
}

describe('readTable', () => {
  it('says of every value what it is', async () => {
    const [part] = await partsOf('name,city,\n"Ada, Countess",London,x\nGrace,,\n"O ""Brien""","two\nlines"\nto,many,y,z\n')
    expect(part?.text.split('\n\n')).toEqual([
      'name: Ada, Countess; city: London; column 3: x',
      'name: Grace',
      'name: O "Brien"; city: two lines',
      'name: to; city: many; column 3: y; column 4: z',
    ])
    expect(part?.metadata).toEqual({ columns: ['name', 'city', 'column 3'], rows: 4 })
  })

  it('never cuts inside of a row', async () => {
    const rows = Array.from({ length: 300 }, (_, at) => `${at},The note of row ${at}. It has two sentences.`)
    const [part] = await partsOf(`id,note\n${rows.join('\n')}`)
    if (!part) throw new Error('no part')
    const chunks = chunkText(part.text, part.outline.blocks).map(({ start, end }) => part.text.slice(start, end))
    expect(chunks.length).toBeGreaterThan(5)
    expect(chunks.flatMap((chunk) => chunk.split('\n\n'))).toEqual(
      rows.map((_, at) => `id: ${at}; note: The note of row ${at}. It has two sentences.`),
    )
  })

  it('gives a long table in parts', async () => {
    const parts = await partsOf(`id,text\n${Array.from({ length: 30_000 }, (_, at) => `${at},${'words '.repeat(15)}`).join('\n')}`)
    expect(parts.length).toBeGreaterThan(2)
    expect(parts.map(({ firstRow }) => firstRow)).toEqual([1, ...parts.slice(0, -1).map(({ lastRow }) => lastRow + 1)])
    expect(parts.at(-1)?.lastRow).toBe(30_000)
    for (const { text } of parts) expect(text.length).toBeLessThan(1_100_000)
  })

  it.each([
    ['has a row near line 3 that is longer than 1,000,000 characters', `a,b\n1,2\n3,${'x'.repeat(1_200_000)}\n5,6\n`],
    ['is not valid CSV', 'a,b\n1,2\n3,"never closed\n'],
    ['has 1001 columns; at most 1000 are read', `${'a,'.repeat(1000)}a\n1,2\n`],
  ])('keeps what came before and says that it %s', async (reason, text) => {
    const read: string[] = []
    const reading = async (): Promise<void> => {
      for await (const part of readTable([text], ',')) read.push(part.text)
    }
    await expect(reading()).rejects.toThrow(reason)
    expect(read).toEqual(reason.includes('columns') ? [] : ['a: 1; b: 2'])
  })
})

describe('delimiterOf', () => {
  it('takes what the first line has most of', () => {
    expect([delimiterOf('a;b;"c,d,e,f"\n', 'x.csv'), delimiterOf('a\tb,c\td', 'x.csv'), delimiterOf('one', 'x.csv')]).toEqual([
      ';',
      '\t',
      ',',
    ])
    expect(delimiterOf('a,b', 'x.TSV')).toBe('\t')
  })
})
