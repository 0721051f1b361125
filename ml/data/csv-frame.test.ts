import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../platform/testing/harness.ts'
import { readCsvFrame } from './csv-frame.ts'
import type { Column } from './frame.ts'
import { frameToRecords } from './frame-records.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

async function csv(text: string | Uint8Array, name = 'table.csv'): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, text)
  return path
}

const values = (column: Column | undefined): readonly unknown[] =>
  column?.type === 'number' ? [...column.values] : [...(column?.codes ?? [])].map((code) => (code < 0 ? null : column?.levels[code]))

describe('a delimited file as a frame', () => {
  it('types columns by all their values and reads empty fields as missing', async () => {
    const frame = await readCsvFrame(await csv('age,city,member,born\n31,Paris,true,1990-05-01\n,Rome,false,\n42.5,,,2001-01-02\n'))
    expect(frame.rows).toBe(3)
    expect(frame.columns.map(({ name, type }) => [name, type])).toEqual([
      ['age', 'number'],
      ['city', 'category'],
      ['member', 'number'],
      ['born', 'number'],
    ])
    expect(values(frame.columns[0])).toEqual([31, Number.NaN, 42.5])
    expect(values(frame.columns[1])).toEqual(['Paris', 'Rome', null])
    expect(values(frame.columns[2])).toEqual([1, 0, Number.NaN])
    expect(values(frame.columns[3])).toEqual([Date.UTC(1990, 4, 1), Number.NaN, Date.UTC(2001, 0, 2)])
  })

  it('sorts the levels of a category, so codes do not depend on the order of rows', async () => {
    const frame = await readCsvFrame(await csv('k\nb\nc\na\nb\n'))
    expect(frame.columns[0]).toMatchObject({ levels: ['a', 'b', 'c'] })
    expect(values(frame.columns[0])).toEqual(['b', 'c', 'a', 'b'])
  })

  it('keeps codes with leading zeros and digits too long for an integer as words', async () => {
    const frame = await readCsvFrame(await csv('zip,serial\n08123,12345678901234567890\n90210,22345678901234567890\n'))
    expect(values(frame.columns[0])).toEqual(['08123', '90210'])
    expect(values(frame.columns[1])).toEqual(['12345678901234567890', '22345678901234567890'])
  })

  it('reads NA as missing among numbers, and as a word among words', async () => {
    const frame = await readCsvFrame(await csv('n,w\n1,NA\nNA,x\n'))
    expect(values(frame.columns[0])).toEqual([1, Number.NaN])
    expect(values(frame.columns[1])).toEqual(['NA', 'x'])
  })

  it('makes a column text when a late row is no number, whatever the first thousand were', async () => {
    const frame = await readCsvFrame(await csv(`a,b\n${'1,2\n'.repeat(3000)}x,3\n`))
    expect(frame.columns.map(({ type }) => type)).toEqual(['category', 'number'])
  })

  it('reads columns named in `categorical` as words', async () => {
    const frame = await readCsvFrame(await csv('grade,score\n10,1\n9,2\n'), { categorical: ['grade'] })
    expect(frame.columns[0]).toMatchObject({ type: 'category', levels: ['10', '9'] })
  })

  it('reads only the first rows when limited', async () => {
    expect((await readCsvFrame(await csv('a\n1\n2\n3\n'), { limit: 2 })).rows).toBe(2)
  })

  it('gives records with null where a value is missing', async () => {
    const frame = await readCsvFrame(await csv('a,b\n1,x\n,\n'))
    expect(frameToRecords(frame)).toEqual([
      { a: 1, b: 'x' },
      { a: null, b: null },
    ])
  })
})

/** Cases after github.com/max-mapper/csv-spectrum. */
describe('awkward but valid files', () => {
  it.each([
    ['commas in quotes', 'first,zip\nJohn,"Any, WW"\n', [['John'], ['Any, WW']]],
    [
      'escaped quotes',
      'a,b\n1,"ha ""ha"" ha"\n3,4\n',
      [
        [1, 3],
        ['ha "ha" ha', '4'],
      ],
    ],
    [
      'line breaks in quotes',
      'a,b\n1,"x \n""y"" \nz"\n3,4\n',
      [
        [1, 3],
        ['x \n"y" \nz', '4'],
      ],
    ],
    ['CRLF', 'a,b\r\n1,2\r\n', [[1], [2]]],
    [
      'mixed line breaks',
      'a,b\r\n1,2\n3,4\r\n',
      [
        [1, 3],
        [2, 4],
      ],
    ],
    ['no last line break', 'a,b\n1,2', [[1], [2]]],
    ['a byte order mark', '\ufeffa,b\n1,2\n', [[1], [2]]],
    ['letters beyond ASCII', 'a,b\n4,ʤ\n', [[4], ['ʤ']]],
    ['JSON in a field', 'k,v\n1,"{""type"": [1, 2]}"\n', [[1], ['{"type": [1, 2]}']]],
    ['tabs', 'a\tb\n1\tx,y\n', [[1], ['x,y']]],
    ['semicolons', 'a;b\n1;x,y\n', [[1], ['x,y']]],
  ])('reads %s', async (_, text, expected) => {
    const frame = await readCsvFrame(await csv(text))
    expect(frame.columns.map(values)).toEqual(expected)
    expect(frame.columns[0]?.name).not.toContain('\ufeff')
  })

  it('reads UTF-16 when the file says so', async () => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('a,b\n1,é\n', 'utf16le')])
    expect((await readCsvFrame(await csv(bytes))).columns.map(values)).toEqual([[1], ['é']])
  })

  it('reads a file whose name looks like a pattern, and only that file', async () => {
    await csv('a\n9\n', 'part1.csv')
    expect((await readCsvFrame(await csv('a\n1\n', 'part[1]*.csv'))).columns.map(values)).toEqual([[1]])
  })
})
