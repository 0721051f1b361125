import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { resumeAgentsTool } from './resume-agents.ts'
import { stopAgentsTool } from './stop-agents.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool } from './tool.ts'

const lookAround = defineTool({
  name: 'look_around',
  title: 'Look around',
  description: 'Answers at once, or waits until it is stopped; for tests of the kill switch.',
  input: z.strictObject({ forever: z.boolean().default(false).describe('Wait until stopped.') }),
  output: z.object({ seen: z.boolean() }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ forever }) => {
    // Deaf to its signal, as a bad tool would be.
    if (forever) await new Promise(() => undefined)
    return { content: 'Nothing here.', data: { seen: true } }
  },
})

const workLong = defineTool({
  name: 'work_long',
  title: 'Work long',
  description: 'A durable call that never ends by itself; for tests of the kill switch.',
  input: z.strictObject({ end: z.boolean().default(false).describe('End at once.') }),
  output: z.object({ done: z.boolean() }),
  effect: 'create',
  role: 'builder',
  durable: true,
  examples: [],
  run: async ({ end }, context) => {
    if (!end) await new Promise(() => undefined)
    return context.commit(async () => ({ content: 'Done.', data: { done: true } }))
  },
})

const tools = [stopAgentsTool, resumeAgentsTool, lookAround, workLong]

describe('stop_agents', () => {
  let millrace: TestMillrace
  let agent: Caller
  beforeAll(async () => {
    millrace = await openTestMillrace({ tools })
    agent = { ...millrace.owner, id: 'token:bot', name: 'bot', kind: 'agent', channel: 'mcp' }
  })
  afterEach(async () => {
    await millrace.platform.halts.resume(millrace.owner)
    await millrace.platform.db.query('delete from approvals; delete from runs')
  })
  afterAll(() => millrace.close())

  const stop = (): Promise<unknown> => millrace.call('stop_agents', { reason: 'It loops' })

  it('refuses every new call of an agent until a person resumes, and lets people go on', async () => {
    expect(await stop()).toMatchObject({ workspace: 'default', by: 'owner', reason: 'It loops' })
    await expect(millrace.invoke({ tool: 'look_around', input: {}, caller: agent })).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringContaining('Agents are stopped'),
    })
    expect(await millrace.call('look_around')).toEqual({ seen: true })
    expect(await millrace.invoke({ tool: 'look_around', input: {}, caller: { ...agent, workspace: 'other' } })).toMatchObject({
      kind: 'done',
    })
    expect(await millrace.call('resume_agents')).toEqual({ workspace: 'default', stopped: true })
    expect(await millrace.invoke({ tool: 'look_around', input: {}, caller: agent })).toMatchObject({ kind: 'done' })
  })

  it('ends a call that an agent is waiting for, even of a tool that does not listen', async () => {
    const call = millrace.invoke({ tool: 'look_around', input: { forever: true }, caller: agent })
    const refused = expect(call).rejects.toMatchObject({ code: 'cancelled', message: expect.stringContaining('It loops') })
    await new Promise((resolve) => setTimeout(resolve, 20))
    await stop()
    await refused
  })

  it('cancels the runs that agents and their automations began, and leaves those of people', async () => {
    const scheduled: Caller = { ...agent, id: 'schedule:x', kind: 'automation', actsFor: 'agent' }
    const runs = await Promise.all(
      [agent, scheduled, millrace.owner].map((caller) => millrace.invoke({ tool: 'work_long', input: {}, caller, waitMs: 0 })),
    )
    await expect.poll(async () => (await millrace.platform.runs.list('default', { state: 'running' })).length).toBe(3)
    await stop()
    const state = async (at: number): Promise<string> => {
      const outcome = runs[at]
      return outcome?.kind === 'running' ? (await millrace.platform.runs.get(outcome.run, 'default')).state : 'none'
    }
    await expect.poll(() => state(0)).toBe('cancelled')
    await expect.poll(() => state(1)).toBe('cancelled')
    expect(await state(2)).toBe('running')
  })

  it('does not begin a queued run of an agent', async () => {
    await stop()
    const { db, runs } = millrace.platform
    await db.transaction((tx) => runs.create(tx, { id: 'run_1', tool: 'work_long', input: { end: true }, caller: agent }))
    runs.wake()
    const run = await runs.settled('run_1', 'default', { ms: 10_000 })
    expect(run).toMatchObject({ state: 'failed', error: { code: 'not_allowed', message: expect.stringContaining('Agents are stopped') } })
  })

  it('is for people only: an agent is refused outright, without an approval to trick somebody into', async () => {
    for (const tool of ['stop_agents', 'resume_agents']) {
      const input = tool === 'stop_agents' ? { reason: 'mine now' } : {}
      await expect(millrace.invoke({ tool, input, caller: agent })).rejects.toMatchObject({ code: 'not_allowed' })
    }
    await expect(
      millrace.invoke({ tool: 'stop_agents', input: { reason: 'x' }, caller: { ...millrace.owner, role: 'builder' } }),
    ).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await millrace.platform.approvals.list('default')).toEqual([])
    expect(millrace.platform.halts.current('default')).toBeUndefined()
  })

  it('keeps what waits for a person: approving it has to wait until agents may act', async () => {
    const outcome = await millrace.invoke({
      tool: 'work_long',
      input: { end: true },
      caller: agent,
      origins: { '': { trust: 'untrusted', source: 'a result of search_documents' } },
    })
    if (outcome.kind !== 'waiting') throw new Error('It should wait.')
    await stop()
    const decide = (): Promise<unknown> =>
      millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    await expect(decide()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('Resume them first') })
    await millrace.call('resume_agents')
    await decide()
    expect(await millrace.platform.runs.settled(outcome.run, 'default', { ms: 10_000 })).toMatchObject({ state: 'succeeded' })
  })

  it('is written to the audit log', async () => {
    await stop()
    const entries = await millrace.platform.audit.list('default', { limit: 10 })
    expect(entries.map(({ tool }) => tool)).toContain('stop_agents')
  })
})
