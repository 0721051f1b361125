import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runToolpick } from './toolpick.ts'
import { readPickFiles } from './toolpick-data.ts'
import { countTerms, examplesOf, fitWeights } from './toolpick-train.ts'

const signal = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'toolpick-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const tool = (name: string, description: string, properties: object, required: readonly string[]): object => ({
  name,
  description,
  parameters: { type: 'dict', properties, required },
})
const tide = tool(
  'harbour.tide_height',
  'Calculate the height of the tide in a harbour at a given time.',
  { harbour: { type: 'string' }, time: { type: 'string' } },
  ['harbour'],
)
const ferry = tool(
  'ferry_timetable.get',
  'Get the timetable of ferries between two ports.',
  { from_port: { type: 'string' }, to_port: { type: 'string' } },
  ['from_port', 'to_port'],
)
const knots = tool('knots_to_kmh', 'Convert a speed in knots to kilometres per hour.', { knots: { type: 'float' } }, ['knots'])

const asks = (id: string, content: string, tools: readonly object[]): string =>
  JSON.stringify({ id, question: [[{ role: 'user', content }]], function: tools })
const answer = (id: string, name: string): string => JSON.stringify({ id, ground_truth: [{ [name]: {} }] })

async function write(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, lines.join('\n'))
  return path
}

describe('the toolpick suite', () => {
  it('finds the tool in a catalogue it never saw, and tells when none fits', async () => {
    const all = [tide, ferry, knots]
    await write('harbour.jsonl', [
      asks('h1', 'How high is the tide in the harbour of Calais at noon?', all),
      asks('h2', 'When do ferries leave between the ports Dover and Calais? Show the timetable.', all),
      asks('h3', 'Convert a speed of 12 knots to kilometres per hour', all),
    ])
    await write('harbour.answers.jsonl', [
      answer('h1', 'harbour.tide_height'),
      answer('h2', 'ferry_timetable.get'),
      answer('h3', 'knots_to_kmh'),
    ])
    await write('irrelevance.jsonl', [
      asks('irrelevance_0', 'Who wrote the opera Carmen?', [knots]),
      asks('irrelevance_1', 'Translate this poem into Latin', [tide]),
    ])
    const { metrics, cases, verdict, digest } = await runToolpick({ data: folder, signal })
    expect(metrics).toMatchObject({ name_accuracy: 1, irrelevance_auroc: 1, refused: 1, declined: 1 })
    expect(metrics.by_file.harbour).toMatchObject({ cases: 3, ok: 1 })
    expect(cases[0]).toMatchObject({ id: 'h1', ok: true, chosen: 'harbour.tide_height', expected: ['harbour.tide_height'] })
    expect(verdict).toContain('right tool first in 100 %')
    expect(digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('gives the same scores each time', async () => {
    const path = await write('twice.jsonl', [asks('irrelevance_1', 'How old is the lighthouse?', [tide])])
    const [first, second] = [await runToolpick({ data: path, signal }), await runToolpick({ data: path, signal })]
    expect(second).toEqual(first)
  })

  it('keeps what nobody answered apart from what failed', async () => {
    const path = await write('open.jsonl', [asks('o1', 'How high is the tide?', [tide, ferry])])
    const { metrics, cases, verdict } = await runToolpick({ data: path, signal })
    expect(cases[0]).toMatchObject({ id: 'o1', why: 'Nobody said which tool is right.' })
    expect(cases[0]).not.toHaveProperty('ok')
    expect(metrics).toEqual({ by_file: {} })
    expect(verdict).toContain('No case could be measured')
  })

  it('survives an empty catalogue, an empty request and tools without words', async () => {
    const bare = { name: 'x', parameters: {} }
    const path = await write('bare.irrelevance.jsonl', [
      asks('irrelevance_a', '', [tide]),
      asks('irrelevance_b', 'How high is the tide?', []),
      asks('irrelevance_c', 'How high is the tide?', [bare]),
    ])
    const { metrics } = await runToolpick({ data: path, signal })
    expect(metrics).toMatchObject({ refused: 1 })
  })

  it('names the line that cannot be read', async () => {
    const path = await write('bad.jsonl', [asks('b', 'x', [tide]), '{"id": 1}'])
    await expect(runToolpick({ data: path, signal })).rejects.toThrow('line 2')
    await write('bad.jsonl', ['not json'])
    await expect(runToolpick({ data: path, signal })).rejects.toThrow('line 1')
  })

  it('says so where there is nothing to read', async () => {
    await expect(runToolpick({ data: join(folder, 'nowhere'), signal })).rejects.toThrow('no readable file')
  })
})

describe('learning to tell', () => {
  it('weighs up what the right tools have and the wrong ones lack', async () => {
    const all = [tide, ferry, knots]
    const path = await write('learn.jsonl', [
      asks('l1', 'How high is the tide in the harbour of Brest?', all),
      asks('l2', 'Get the timetable of ferries from Brest to Cork', all),
      asks('l3', 'Convert 20 knots to kilometres per hour', all),
    ])
    await write('learn.answers.jsonl', [
      answer('l1', 'harbour.tide_height'),
      answer('l2', 'ferry_timetable.get'),
      answer('l3', 'knots_to_kmh'),
    ])
    const [file] = await readPickFiles(path)
    const examples = examplesOf(file?.cases ?? [])
    expect(examples.filter(({ fits }) => fits)).toHaveLength(3)
    const { weights } = fitWeights(examples)
    expect(weights['said anywhere']).toBeGreaterThan(0)
    expect(weights['weight unexplained']).toBeLessThan(0)
  })

  it('counts in how many texts a word stands, once per text', async () => {
    const path = await write(
      'words.jsonl',
      [1, 2, 3, 4].map((at) => asks(`w${at}`, `buoy ${'lamp '.repeat(at)} number${'abcd'[at - 1]}x`, [])),
    )
    const [file] = await readPickFiles(path)
    expect(countTerms(file?.cases ?? [])).toEqual({ texts: 4, counts: 'buoi:4 lamp:4' })
  })
})
