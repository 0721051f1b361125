import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import type { Outcome, Request } from './invocation.ts'
import { readPolicy } from './policy-file.ts'
import { runPipelineTool } from './run-pipeline.ts'
import { savePipelineTool } from './save-pipeline.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool, type Effect } from './tool.ts'

const made: string[] = []

const step = (name: string, effect: Effect, more: { readonly untrusted?: boolean; readonly minted?: readonly string[] } = {}) =>
  defineTool({
    name,
    title: name,
    description: 'Gives a text back with an id, so that a step can use either; for tests of what is judged.',
    input: z.strictObject({ text: z.string().describe('A text.'), percent: z.number().optional().describe('A number.') }),
    output: z.object({ text: z.string(), id: z.string() }),
    effect,
    role: 'builder',
    examples: [],
    ...more,
    run: async ({ text }, context) => {
      const result = { content: text, data: { text: `${text} read`, id: `id-of-${text}` } }
      if (effect === 'read') return result
      return context.commit(async () => {
        made.push(`${name} ${text}`)
        return result
      })
    },
  })

const tools = [
  step('read_page', 'read', { untrusted: true, minted: ['id'] }),
  step('make_thing', 'create'),
  step('make_from_page', 'create', { untrusted: true, minted: ['id'] }),
  step('change_thing', 'change'),
  step('delete_thing', 'delete'),
  savePipelineTool,
  runPipelineTool,
]

const ref = (path: string): string => `\${${path}}`

const foreign = { trust: 'untrusted', source: 'a result of read_page' } as const

const policy = readPolicy(
  JSON.stringify({
    rules: [
      {
        rule: 'refuse',
        callers: ['agent'],
        tools: ['change_thing'],
        where: [{ argument: 'percent', atLeast: 50 }],
        why: 'Too much at once.',
      },
      { rule: 'refuse', callers: ['agent'], tools: ['make_thing'], where: [{ argument: 'text', equals: 'forbidden' }] },
    ],
    table: { agent: { change: 'ask if untrusted', delete: 'run' } },
  }),
  'test',
)

describe('a call', () => {
  let millrace: TestMillrace
  let agent: Caller
  beforeAll(async () => {
    millrace = await openTestMillrace({ tools, policy })
    agent = { ...millrace.owner, id: 'token:bot', name: 'bot', kind: 'agent', channel: 'mcp' }
  })
  afterEach(async () => {
    made.length = 0
    await millrace.platform.db.query('delete from tainted_callers')
  })
  afterAll(() => millrace.close())

  let turn = 0
  /** A new agent each time, which has read nothing. */
  const fresh = (): Caller => ({ ...agent, id: `token:bot-${++turn}` })
  const call = (tool: string, input: unknown, more: Partial<Request> = {}): Promise<Outcome> =>
    millrace.invoke({ tool, input, caller: fresh(), ...more })
  const save = (name: string, steps: readonly unknown[]): Promise<unknown> => millrace.call('save_pipeline', { name, steps })
  const approve = async (outcome: Outcome): Promise<unknown> => {
    if (outcome.kind !== 'waiting') throw new Error(`It is ${outcome.kind}.`)
    await millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    return millrace.platform.runs.settled(outcome.run, 'default', { ms: 20_000 })
  }

  describe('under an operator’s policy', () => {
    it('runs, asks or is refused by its arguments and their labels', async () => {
      expect(await call('change_thing', { text: 'a', percent: 5 })).toMatchObject({ kind: 'done' })
      expect(await call('change_thing', { text: 'a', percent: 5 }, { origins: { text: foreign } })).toMatchObject({ kind: 'waiting' })
      await expect(call('change_thing', { text: 'a', percent: 50 })).rejects.toMatchObject({
        code: 'not_allowed',
        message: expect.stringContaining('Too much at once.'),
      })
      expect(await call('change_thing', { text: 'a', percent: 50 }, { caller: millrace.owner })).toMatchObject({ kind: 'done' })
    })

    it('cannot have the floor lowered: what untrusted text shaped deletes nothing without a person', async () => {
      expect(await call('delete_thing', { text: 'a' })).toMatchObject({ kind: 'done' })
      expect(await call('delete_thing', { text: 'a' }, { origins: { '': foreign } })).toMatchObject({ kind: 'waiting' })
      expect(made).toEqual(['delete_thing a'])
    })

    it('is told in the audit log when it is refused', async () => {
      await call('make_thing', { text: 'forbidden' }).catch(() => undefined)
      await millrace.platform.audit.flush()
      const [last] = await millrace.platform.audit.list('default', { limit: 1 })
      expect(last).toMatchObject({ tool: 'make_thing', outcome: 'not_allowed' })
    })
  })

  describe('inside a pipeline', () => {
    it('is refused by the rule that would refuse it alone', async () => {
      await save('sneaky', [{ id: 'a', tool: 'make_thing', input: { text: 'forbidden' } }])
      await expect(call('run_pipeline', { pipeline: 'sneaky' })).rejects.toMatchObject({ code: 'not_allowed' })
      expect(made).toEqual([])
    })

    it('that carries what was read into a change makes the run wait for a person, and goes on where it stood', async () => {
      await save('reads', [
        { id: 'make', tool: 'make_thing', input: { text: 'first' } },
        { id: 'look', tool: 'read_page', input: { text: 'page' } },
        { id: 'do', tool: 'change_thing', input: { text: ref('steps.look.text') }, needs: ['make'] },
      ])
      const outcome = await call('run_pipeline', { pipeline: 'reads' })
      expect(outcome).toMatchObject({ kind: 'waiting' })
      expect(made).toEqual(['make_thing first'])
      if (outcome.kind !== 'waiting') return
      const asked = await millrace.platform.approvals.get(outcome.approval, 'default')
      expect(asked.reason).toContain('change_thing, which run_pipeline calls')
      expect(asked.origins).toMatchObject({ 'change_thing.text': { trust: 'untrusted', source: "step 'look' (read_page)" } })
      expect(await approve(outcome)).toMatchObject({ state: 'succeeded' })
      expect(made).toEqual(['make_thing first', 'change_thing page read'])
    })

    it('may rest on what an earlier step made itself', async () => {
      await save('ids', [
        { id: 'page', tool: 'make_from_page', input: { text: 'page' } },
        { id: 'do', tool: 'change_thing', input: { text: ref('steps.page.id') } },
      ])
      expect(await call('run_pipeline', { pipeline: 'ids' })).toMatchObject({ kind: 'done' })
      expect(made).toEqual(['make_from_page page', 'change_thing id-of-page'])
    })

    it('may not rest on what a step made of something that was read', async () => {
      await save('laundry', [
        { id: 'look', tool: 'read_page', input: { text: 'page' } },
        { id: 'wash', tool: 'make_thing', input: { text: ref('steps.look.text') } },
        { id: 'do', tool: 'change_thing', input: { text: ref('steps.wash.id') } },
      ])
      expect(await call('run_pipeline', { pipeline: 'laundry' })).toMatchObject({ kind: 'waiting' })
      expect(made).toEqual([])
    })

    it('that the clock began is judged as well', async () => {
      await save('deletes', [{ id: 'a', tool: 'delete_thing', input: { text: 'x' } }])
      const { db, runs, newId } = millrace.platform
      const id = newId('run')
      const caller: Caller = { ...millrace.owner, id: 'schedule:deletes', kind: 'automation', channel: 'run' }
      await db.transaction((tx) => runs.create(tx, { id, tool: 'run_pipeline', input: { pipeline: 'deletes', params: {} }, caller }))
      runs.wake()
      const run = await runs.settled(id, 'default', { ms: 20_000 })
      expect(run).toMatchObject({ state: 'waiting', approval: expect.any(String) })
      expect(made).toEqual([])
      expect(await approve({ kind: 'waiting', approval: run.approval ?? '', run: id })).toMatchObject({ state: 'succeeded' })
      expect(made).toEqual(['delete_thing x'])
    })
  })

  describe('that a person has approved', () => {
    const ask = async (text: string): Promise<{ readonly approval: string; readonly run: string }> => {
      const outcome = await call('delete_thing', { text }, { origins: { '': foreign } })
      if (outcome.kind !== 'waiting') throw new Error(`It is ${outcome.kind}.`)
      return outcome
    }
    const decide = (id: string, workspace = 'default'): Promise<unknown> =>
      millrace.platform.approvals.decide({ id, decision: 'approve', caller: { ...millrace.owner, workspace }, mayCall: () => true })

    it('does not run with other arguments than those shown', async () => {
      const { approval, run } = await ask('old')
      await millrace.platform.db.query(`update runs set input = '{"text": "everything"}' where id = $1`, [run])
      await decide(approval)
      expect(await millrace.platform.runs.settled(run, 'default', { ms: 20_000 })).toMatchObject({
        state: 'failed',
        error: { code: 'not_allowed', message: expect.stringContaining('no approval for exactly these arguments') },
      })
      expect(made).toEqual([])
    })

    it('does not lend its yes to another run of the same call', async () => {
      const { approval, run } = await ask('once')
      const { db, runs, newId } = millrace.platform
      const forged = newId('run')
      await db.transaction((tx) =>
        runs.create(tx, { id: forged, tool: 'delete_thing', input: { text: 'once' }, caller: fresh(), approval }),
      )
      await db.transaction((tx) => runs.release(tx, forged))
      runs.wake()
      expect(await runs.settled(forged, 'default', { ms: 20_000 })).toMatchObject({ state: 'failed', error: { code: 'not_allowed' } })
      await decide(approval)
      expect(await runs.settled(run, 'default', { ms: 20_000 })).toMatchObject({ state: 'succeeded' })
      await expect(decide(approval)).rejects.toMatchObject({ code: 'conflict' })
      expect(made).toEqual(['delete_thing once'])
    })

    it('is not found under a forged id or from another workspace, nor given by an agent', async () => {
      const { approval } = await ask('safe')
      await expect(decide(`${approval}x`)).rejects.toMatchObject({ code: 'not_found' })
      await expect(decide(approval, 'lab')).rejects.toMatchObject({ code: 'not_found' })
      const { approvals } = millrace.platform
      for (const caller of [fresh(), { ...millrace.owner, channel: 'http' as const }])
        await expect(approvals.decide({ id: approval, decision: 'approve', caller, mayCall: () => true })).rejects.toMatchObject({
          code: 'not_allowed',
        })
      expect(made).toEqual([])
    })
  })

  describe('of a caller that was given a few tools', () => {
    const few = (): Caller => ({ ...fresh(), tools: ['read_page', 'run_pipeline', 'make_thing'] })

    it('is refused for any other, directly', async () => {
      expect(await call('make_thing', { text: 'a' }, { caller: few() })).toMatchObject({ kind: 'done' })
      await expect(call('change_thing', { text: 'a' }, { caller: few() })).rejects.toMatchObject({
        code: 'not_allowed',
        message: 'bot may not call change_thing here: it was given only read_page, run_pipeline, make_thing.',
      })
      await expect(call('make_thing', { text: 'a' }, { caller: { ...few(), tools: [] } })).rejects.toMatchObject({
        message: expect.stringContaining('no tool at all'),
      })
    })

    it('is refused before its pipeline begins, and when it is delivered', async () => {
      await save('mixed', [
        { id: 'a', tool: 'make_thing', input: { text: 'x' } },
        { id: 'b', tool: 'change_thing', input: { text: 'y' }, needs: ['a'] },
      ])
      await expect(call('run_pipeline', { pipeline: 'mixed' }, { caller: few() })).rejects.toMatchObject({ code: 'not_allowed' })
      expect(made).toEqual([])
      const { db, runs, newId } = millrace.platform
      const id = newId('run')
      await db.transaction((tx) =>
        runs.create(tx, {
          id,
          tool: 'run_pipeline',
          input: { pipeline: 'mixed', params: {} },
          caller: { ...few(), tools: ['make_thing'] },
        }),
      )
      runs.wake()
      expect(await runs.settled(id, 'default', { ms: 20_000 })).toMatchObject({ state: 'failed', error: { code: 'not_allowed' } })
    })
  })

  describe('of an agent outside the chat', () => {
    it('counts as led by what it was given to read, until then it runs', async () => {
      const caller = fresh()
      expect(await call('change_thing', { text: 'before' }, { caller })).toMatchObject({ kind: 'done' })
      expect(await call('read_page', { text: 'p' }, { caller })).toMatchObject({ kind: 'done', untrusted: true })
      for (const tool of ['make_thing', 'change_thing', 'delete_thing']) {
        const outcome = await call(tool, { text: 'after' }, { caller })
        if (outcome.kind !== 'waiting') throw new Error(`${tool} is ${outcome.kind}`)
        expect((await millrace.platform.approvals.get(outcome.approval, 'default')).origins).toEqual({
          '': { trust: 'untrusted', source: 'an earlier result of read_page' },
        })
      }
      expect(made).toEqual(['change_thing before'])
      expect(await call('read_page', { text: 'q' }, { caller })).toMatchObject({ kind: 'done' })
      expect(await call('make_thing', { text: 'person' }, { caller: { ...caller, kind: 'person' } })).toMatchObject({ kind: 'done' })
    })

    it('is parted by its sessions where there are such', async () => {
      const caller = fresh()
      await call('read_page', { text: 'p' }, { caller, session: 'one' })
      expect(await call('make_thing', { text: 'a' }, { caller, session: 'one' })).toMatchObject({ kind: 'waiting' })
      expect(await call('make_thing', { text: 'b' }, { caller, session: 'two' })).toMatchObject({ kind: 'done' })
    })

    it('counts a result that is told again under its key, in the session that asked again', async () => {
      const caller = fresh()
      const again = { caller, idempotencyKey: 'again' }
      await call('make_from_page', { text: 'p' }, { ...again, session: 'one' })
      await call('make_from_page', { text: 'p' }, { ...again, session: 'two' })
      expect(made).toEqual(['make_from_page p'])
      expect(await call('make_thing', { text: 'a' }, { caller, session: 'two' })).toMatchObject({ kind: 'waiting' })
    })

    it('is not touched where the surface says where everything came from', async () => {
      const caller = fresh()
      await call('read_page', { text: 'p' }, { caller, origins: {} })
      expect(await call('make_thing', { text: 'a' }, { caller })).toMatchObject({ kind: 'done' })
    })
  })
})
