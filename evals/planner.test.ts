import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { plannerTools } from '../agents/tools.ts'
import { createCatalogue } from '../tools/catalogue.ts'
import { runPlanner } from './planner.ts'
import { type Expectation, scoreCase, wilson } from './planner-score.ts'

const fixtures = join(import.meta.dirname, '../agents/planner/fixtures')
const signal = new AbortController().signal
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'planner-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the planner suite', () => {
  it('plans a catalogue and a world it was not made for', async () => {
    const { metrics, cases } = await evaluate(fixtures)
    expect(cases).toHaveLength(65)
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.9)
  })

  it('keeps its score when every name of the world and every tool is a random word', async () => {
    const renamed = await rename(fixtures)
    const { metrics } = await evaluate(renamed)
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
    const { metrics, cases } = await runPlanner({ requests, world: join(from, 'world.json'), catalogue, signal })
    expect(cases.length).toBeGreaterThan(60)
    expect(metrics.forbidden).toBe(0)
    expect(metrics.exact).toBeGreaterThanOrEqual(0.8)
  })

  it('writes one prediction a line, tools by name', async () => {
    const out = join(folder, 'predictions.jsonl')
    await evaluate(fixtures, out)
    const [first] = (await readFile(out, 'utf8')).split('\n')
    expect(JSON.parse(first ?? '')).toEqual({ id: 'own-001', type: 'call', calls: [{ show_tables: {} }], text: '' })
  })

  it('names the line that cannot be read', async () => {
    await writeFile(join(folder, 'bad.jsonl'), '{"id":1}\n')
    const run = runPlanner({ requests: join(folder, 'bad.jsonl'), world: join(fixtures, 'world.json'), catalogue: [], signal })
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

function evaluate(from: string, out?: string): ReturnType<typeof runPlanner> {
  return runPlanner({
    requests: join(from, 'requests.jsonl'),
    world: join(from, 'world.json'),
    tools: join(from, 'tools.json'),
    catalogue: [],
    signal,
    ...(out === undefined ? {} : { out }),
  })
}

/** A copy of the fixtures in which each name is a made-up word, the same everywhere. */
async function rename(from: string): Promise<string> {
  const files = await Promise.all(['requests.jsonl', 'world.json', 'tools.json'].map((name) => readFile(join(from, name), 'utf8')))
  const [, world = '{}', tools = '{}'] = files
  const { datasets, models, collections, pipelines, eval_suites } = JSON.parse(world)
  const names = [
    ...Object.keys(datasets),
    ...Object.keys(models),
    ...collections,
    ...pipelines,
    ...eval_suites,
    ...Object.keys(JSON.parse(tools)),
  ]
  const invented = new Map(
    names.map((name: string, at) => [
      name,
      `${'bdfgklmnprstvz'[at % 14]}${'aeiou'[at % 5]}${'kmprtvxz'[at % 8]}${'aiou'[at % 4]}${'lnrsk'[at % 5]}${at}q`,
    ]),
  )
  const pattern = new RegExp(`(?<![\\w-])(?:${[...names].sort((left, right) => right.length - left.length).join('|')})(?![\\w-])`, 'g')
  const untouched = /policies to policies|\/policies/
  for (const [at, name] of ['requests.jsonl', 'world.json', 'tools.json'].entries()) {
    const lines = (files[at] ?? '').split('\n').filter((line) => !untouched.test(line))
    await writeFile(join(folder, name), lines.map((line) => line.replace(pattern, (found) => invented.get(found) ?? found)).join('\n'))
  }
  return folder
}
