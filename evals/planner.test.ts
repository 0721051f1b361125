import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plannerTools } from '../agents/tools.ts'
import { createCatalogue } from '../tools/catalogue.ts'
import { wilson } from './interval.ts'
import { runPlanner } from './planner.ts'
import { type Expectation, scoreCase } from './planner-score.ts'

const fixtures = join(import.meta.dirname, '../agents/planner/fixtures')
const worlds = join(fixtures, 'worlds')
const signal = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'planner-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the planner suite', () => {
  it('plans a catalogue and a world it was not made for, and keeps its score when every name is a random word', async () => {
    const { metrics, cases, broken } = await evaluate(fixtures, { draws: 3 })
    expect(cases).toHaveLength(65)
    expect(broken).toEqual([])
    expect(metrics.exact).toBeGreaterThanOrEqual(0.95)
    expect(metrics.renamed?.exact).toHaveLength(3)
    expect(metrics.renamed?.mean_drop).toBeLessThanOrEqual(0.02)
  })

  it('keeps its score when every tool is a random word too', async () => {
    const tools = JSON.parse(await readFile(join(fixtures, 'tools.json'), 'utf8'))
    const invented = Object.entries(tools).map(([name, tool], at) => [
      `${'bdfgklmnprstvz'[at % 14]}${'aeiou'[at % 5]}${'kmprtvxz'[at % 8]}o${at}q`,
      { ...Object(tool), instead_of: name },
    ])
    await writeFile(join(folder, 'tools.json'), JSON.stringify(Object.fromEntries(invented)))
    const { metrics } = await evaluate(fixtures, { tools: join(folder, 'tools.json') })
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.85)
  })

  it('plans our own tools in a workspace it was not made for', async () => {
    const from = join(fixtures, 'millrace')
    const catalogue = plannerTools(createCatalogue())
    const known = new Set(catalogue.map(({ name }) => name))
    const lines = (await readFile(join(from, 'requests.jsonl'), 'utf8')).trim().split('\n')
    const possible = lines.filter(
      (line) => JSON.parse(line).expect.calls?.every((call: object) => known.has(Object.keys(call)[0] ?? '')) ?? true,
    )
    const requests = join(folder, 'possible.jsonl')
    await writeFile(requests, possible.join('\n'))
    const { metrics, cases } = await runPlanner({ data: { requests, world: join(from, 'world.json') }, catalogue, signal })
    expect(cases.length).toBeGreaterThan(60)
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.85)
  })

  it('plans in four other worlds', async () => {
    const { metrics, cases } = await evaluate(worlds, {})
    expect(cases.length).toBeGreaterThan(120)
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.85)
  })

  it('plans in four other worlds with ten tools named and described otherwise', async () => {
    const { metrics } = await evaluate(worlds, { tools: join(worlds, 'tools-renamed.json') })
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.85)
  })

  it('says of each case whether it was right, and of a wrong one what was planned', async () => {
    await writeFile(
      join(folder, 'two.jsonl'),
      ['list the tables', 'what is for lunch?']
        .map((input, at) => JSON.stringify({ id: `${at}`, category: 'x', input, expect: { type: 'call', calls: [{ show_tables: {} }] } }))
        .join('\n'),
    )
    const data = { requests: join(folder, 'two.jsonl'), world: join(fixtures, 'world.json') }
    const { cases } = await runPlanner({ data, tools: join(fixtures, 'tools.json'), catalogue: [], signal })
    expect(cases.map(({ id, ok, why }) => ({ id, ok, why }))).toEqual([
      { id: '0', ok: true, why: undefined },
      { id: '1', ok: false, why: '"what is for lunch?": answer []' },
    ])
  })

  it('writes one prediction a line, tools by name', async () => {
    const out = join(folder, 'predictions.jsonl')
    await evaluate(fixtures, { out })
    const [first] = (await readFile(out, 'utf8')).split('\n')
    expect(JSON.parse(first ?? '')).toEqual({ id: 'own-001', type: 'call', calls: [{ show_tables: {} }], text: '' })
  })

  it('says where it found no requests', async () => {
    await expect(evaluate(join(fixtures, 'worlds', 'energy', 'nowhere'), {})).rejects.toThrow('requests.jsonl')
  })

  it('names the line that cannot be read', async () => {
    await writeFile(join(folder, 'bad.jsonl'), '{"id":1}\n')
    const run = runPlanner({
      data: { requests: join(folder, 'bad.jsonl'), world: join(fixtures, 'world.json') },
      catalogue: [],
      signal,
    })
    await expect(run).rejects.toThrow('line 1')
  })
})

describe('scoring', () => {
  const expected = (calls: Expectation['calls'], rest: Partial<Expectation> = {}): Expectation => ({
    type: 'call',
    calls,
    forbidden_tools: [],
    must: [],
    ...rest,
  })
  const given = (...calls: Record<string, Record<string, unknown>>[]): Parameters<typeof scoreCase>[1] => ({
    id: 'x',
    type: 'call',
    calls,
    text: '',
  })

  it('accepts any listed value, a value that may be left out, and any value for a star', () => {
    const gold = expected([{ t: { a: [0.2, 20], b: ['x', ''], c: ['*'] } }])
    expect(scoreCase(gold, given({ t: { a: 20, c: 'y' } })).exact).toBe(true)
    expect(scoreCase(gold, given({ t: { a: 30, c: 'y' } })).exact).toBe(false)
    expect(scoreCase(gold, given({ t: { a: 20, c: '' } })).exact).toBe(false)
    expect(scoreCase(gold, given({ t: { a: 20, c: 'y', d: 1 } })).exact).toBe(false)
    expect(scoreCase(gold, given({ t: { a: 20, c: 'y', d: null } })).exact).toBe(true)
  })

  it('compares words without case, numbers closely, records by key', () => {
    const gold = expected([{ t: { a: ['ROC AUC'], n: [0.3], r: [{ k: 1 }] } }])
    expect(scoreCase(gold, given({ t: { a: 'roc auc ', n: 0.1 + 0.2, r: { k: 1 } } })).exact).toBe(true)
    expect(scoreCase(gold, given({ t: { a: 'roc auc', n: 0.3, r: { k: 1, l: 2 } } })).exact).toBe(false)
  })

  it('keeps the order of calls unless any order will do', () => {
    const calls = [{ a: {} }, { b: {} }]
    expect(scoreCase(expected(calls, { type: 'calls' }), given({ b: {} }, { a: {} })).tool).toBe(false)
    expect(scoreCase(expected(calls, { type: 'calls', must: ['in any order'] }), given({ b: {} }, { a: {} })).exact).toBe(true)
  })

  it('counts a forbidden call and a call where none was wanted', () => {
    const gold = expected([], { type: 'refuse', forbidden_tools: ['*'] })
    expect(scoreCase(gold, given({ t: {} }))).toMatchObject({ decision: false, forbidden: true, exact: false })
    expect(scoreCase(gold, { id: 'x', type: 'answer', calls: [], text: 'no' })).toMatchObject({ decision: true, exact: true })
    expect(scoreCase(gold, { id: 'x', type: 'clarify', calls: [], text: '?' }).exact).toBe(false)
  })

  it('gives the interval of Wilson (1927)', () => {
    expect(wilson(8, 10)).toEqual([0.49, 0.943])
    expect(wilson(0, 0)).toEqual([0, 0])
  })
})

type Given = Partial<Parameters<typeof runPlanner>[0]>

function evaluate(from: string, given: Given): ReturnType<typeof runPlanner> {
  return runPlanner({ data: from, tools: join(from, 'tools.json'), catalogue: [], signal, ...given })
}
