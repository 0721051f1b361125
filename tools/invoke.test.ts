import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { testDatabases } from '../platform/testing/harness.ts'
import type { Outcome } from './invocation.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool } from './tool.ts'

const word = z.strictObject({ word: z.string().describe('A word.') })

const speak = defineTool({
  name: 'speak_word',
  title: 'Speak a word',
  description: 'Says a word back; for tests of the reading path of the waist.',
  input: z.strictObject({ word: z.string().describe('A word.'), times: z.int().min(1).default(1).describe('How often.') }),
  output: z.object({ said: z.string() }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ word: said, times }) => ({ content: `I say ${said}.`, data: { said: said.repeat(times), secret: 'stays inside' } }),
})

const effectful = (name: string, effect: 'create' | 'change' | 'delete', durable: boolean) =>
  defineTool({
    name,
    title: name,
    description: 'Writes one row into the table of words; for tests of effects that happen once.',
    input: word,
    output: z.object({ word: z.string() }),
    effect,
    durable,
    role: effect === 'delete' ? 'admin' : 'builder',
    examples: [],
    run: async (input, context) =>
      context.commit(async (tx) => {
        await tx.query('insert into written_words (word, call) values ($1, $2)', [input.word, context.call])
        if (input.word === 'bad') throw new Error('the effect broke')
        return { content: `Wrote ${input.word}.`, data: input }
      }),
  })

const outer = defineTool({
  name: 'write_twice',
  title: 'Write twice',
  description: 'Calls another tool twice inside one durable run; for tests of nesting.',
  input: z.strictObject({ word: z.string().describe('A word.'), tool: z.string().describe('The tool to call.') }),
  output: z.object({ words: z.array(z.unknown()) }),
  effect: 'create',
  durable: true,
  role: 'builder',
  examples: [],
  run: async (input, context) => {
    const first = await context.invoke(input.tool, { word: `${input.word}-1` }, { step: 'first' })
    const second = await context.invoke(input.tool, { word: `${input.word}-2` }, { step: 'second' })
    return context.commit(async () => ({ content: 'Wrote twice.', data: { words: [first.data, second.data] } }))
  },
})

const tools = [
  speak,
  effectful('write_word', 'create', false),
  effectful('write_slowly', 'create', true),
  effectful('change_word', 'change', false),
  effectful('delete_word', 'delete', false),
  outer,
]

describe.each(testDatabases)('invoke on the $kind database', ({ open }) => {
  let millrace: TestMillrace
  let agent: Caller
  let viewer: Caller
  beforeAll(async () => {
    millrace = await openTestMillrace({ tools, db: await open() })
    await millrace.platform.db.query('create table written_words (word text, call text)')
    agent = { ...millrace.owner, id: 'agent:a', name: 'an agent', kind: 'agent', channel: 'mcp' }
    viewer = { ...millrace.owner, id: 'token:v', name: 'a viewer', role: 'viewer' }
  })
  afterAll(() => millrace.close())

  const count = async (value: string): Promise<number> =>
    (await millrace.platform.db.query('select 1 from written_words where word = $1', [value])).rowCount
  const waiting = (outcome: Outcome): { approval: string; run: string } => {
    if (outcome.kind !== 'waiting') throw new Error(`expected waiting, found ${outcome.kind}`)
    return outcome
  }

  it('parses, fills defaults in, and keeps fields out that the output schema does not name', async () => {
    expect(await millrace.call('speak-word', { word: 'ho' })).toEqual({ said: 'ho' })
  })

  it.each([
    ['an unknown tool', 'speak_wurd', {}, 'not_found', /no tool 'speak_wurd'. Did you mean speak_word/],
    ['a missing field', 'speak_word', {}, 'invalid_input', /word: .*missing/],
    ['a wrong type', 'speak_word', { word: 7 }, 'invalid_input', /word: .*found 7/],
    ['an extra field', 'speak_word', { word: 'a', loud: true }, 'invalid_input', /unknown field 'loud'/],
    ['text that cannot be stored', 'speak_word', { word: 'a\0b' }, 'invalid_input', /The input holds a NUL character/],
    ['input that is no object', 'speak_word', 'word', 'invalid_input', /expected object/],
  ])('refuses %s with a sentence that names it', async (_, tool, input, code, sentence) => {
    const attempt = millrace.invoke({ tool, input, caller: millrace.owner })
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringMatching(sentence) })
  })

  it('refuses a role below the tool and records the refusal', async () => {
    await expect(millrace.invoke({ tool: 'write_word', input: { word: 'x' }, caller: viewer })).rejects.toMatchObject({
      code: 'not_allowed',
    })
    await millrace.platform.audit.flush()
    const rows = await millrace.platform.audit.list('default')
    expect(rows.some((row) => row.tool === 'write_word' && row.outcome === 'not_allowed')).toBe(true)
  })

  it('rolls the effect and its audit row back together, and hides the inner error', async () => {
    await expect(millrace.invoke({ tool: 'write_slowly', input: { word: 'bad' }, caller: millrace.owner })).rejects.toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('broke'),
    })
    expect(await count('bad')).toBe(0)
  })

  it('gives the same key the same outcome, once, even when both come at once', async () => {
    const request = { tool: 'write_word', input: { word: 'once' }, caller: millrace.owner, idempotencyKey: 'k1' }
    const outcomes = await Promise.all([millrace.invoke(request), millrace.invoke(request), millrace.invoke(request)])
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size).toBe(1)
    expect(await count('once')).toBe(1)
    await expect(millrace.invoke({ ...request, input: { word: 'other' } })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('runs a durable tool as a run that can be followed or left', async () => {
    const outcome = await millrace.invoke({ tool: 'write_slowly', input: { word: 'slow' }, caller: millrace.owner })
    expect(outcome).toMatchObject({ kind: 'done', data: { word: 'slow' } })
    const left = await millrace.invoke({ tool: 'write_slowly', input: { word: 'left' }, caller: millrace.owner, waitMs: 0 })
    if (left.kind !== 'running') return expect(left.kind).toBe('done')
    const run = await millrace.platform.runs.settled(left.run, 'default', { ms: 10_000 })
    expect(run.state).toBe('succeeded')
    expect(await count('left')).toBe(1)
  })

  it('asks a person before an agent changes something, and runs exactly what was approved, once', async () => {
    const asked = waiting(await millrace.invoke({ tool: 'change_word', input: { word: 'asked' }, caller: agent, idempotencyKey: 'c1' }))
    expect(await count('asked')).toBe(0)
    const decide = (caller: Caller) =>
      millrace.platform.approvals.decide({ id: asked.approval, decision: 'approve', caller, mayCall: () => true })
    await expect(decide(agent)).rejects.toMatchObject({ code: 'not_allowed' })
    await decide(millrace.owner)
    await expect(decide(millrace.owner)).rejects.toMatchObject({ code: 'conflict' })
    const again = await millrace.invoke({ tool: 'change_word', input: { word: 'asked' }, caller: agent, idempotencyKey: 'c1' })
    expect(again).toMatchObject({ kind: 'done', run: asked.run, data: { word: 'asked' } })
    expect(await count('asked')).toBe(1)
    expect(await millrace.platform.approvals.get(asked.approval, 'default')).toMatchObject({ state: 'used' })
  })

  it('does nothing when the person says no', async () => {
    const asked = waiting(
      await millrace.invoke({ tool: 'delete_word', input: { word: 'refused' }, caller: millrace.owner, idempotencyKey: 'd1' }),
    )
    await millrace.platform.approvals.decide({ id: asked.approval, decision: 'reject', caller: millrace.owner, mayCall: () => true })
    await expect(
      millrace.invoke({ tool: 'delete_word', input: { word: 'refused' }, caller: millrace.owner, idempotencyKey: 'd1' }),
    ).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await count('refused')).toBe(0)
  })

  it('lets a tool call tools of no stronger effect than its own', async () => {
    expect(await millrace.call('write_twice', { word: 'nest', tool: 'write_word' })).toEqual({
      words: [{ word: 'nest-1' }, { word: 'nest-2' }],
    })
    await expect(millrace.call('write_twice', { word: 'no', tool: 'change_word' })).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await count('no-1')).toBe(0)
  })

  it('keeps an audit chain that verifies', async () => {
    await millrace.platform.audit.flush()
    expect(await millrace.platform.audit.verify()).toMatchObject({ broken: null })
  })
})
