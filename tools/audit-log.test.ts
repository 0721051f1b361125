import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { auditLogTool } from './audit-log.ts'
import { runEvalTool } from './run-eval.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool } from './tool.ts'
import { verifyAuditTool } from './verify-audit.ts'

const add = defineTool({
  name: 'add_word',
  title: 'Add a word',
  description: 'Adds a word to nothing in particular, so that the audit log has something to tell.',
  input: z.strictObject({ word: z.string().describe('A word.') }),
  output: z.object({ word: z.string() }),
  effect: 'create',
  role: 'builder',
  durable: true,
  examples: [],
  run: async (input, context) => {
    if (input.word !== 'outer') return context.commit(async () => ({ content: 'Added.', data: input }))
    await context.invoke('add_word', { word: 'inner' }, { step: 'inside' })
    return context.commit(async () => ({ content: 'Added.', data: input }))
  },
})

const listed = z.object({
  entries: z.array(z.object({ tool: z.string(), call: z.string(), outcome: z.string(), actor: z.string(), kind: z.string() })),
})

describe('the audit log as a tool', () => {
  let millrace: TestMillrace
  let agent: Caller
  beforeAll(async () => {
    millrace = await openTestMillrace([add, auditLogTool, verifyAuditTool])
    agent = { ...millrace.owner, id: 'agent:a', name: 'an agent', kind: 'agent', channel: 'mcp' }
  })
  afterAll(() => millrace.close())

  const entries = async (input: object) => listed.parse(await millrace.call('audit_log', input)).entries

  it('tells a run and the calls inside it', async () => {
    const outcome = await millrace.invoke({ tool: 'add_word', input: { word: 'outer' }, caller: agent })
    if (outcome.kind !== 'done') throw new Error('It should be done.')
    const run = outcome.run ?? ''
    const about = await entries({ artifact: run })
    expect(about.map(({ tool, call, actor, kind }) => [tool, call, actor, kind])).toEqual([
      ['add_word', run, 'agent:a', 'agent'],
      ['add_word', `${run}.inside`, 'agent:a', 'agent'],
    ])
  })

  it('tells a refused call, also at once', async () => {
    const viewer: Caller = { ...millrace.owner, id: 'token:v', role: 'viewer' }
    await millrace.invoke({ tool: 'add_word', input: { word: 'x' }, caller: viewer }).catch(() => undefined)
    expect(await entries({ actor: 'token:v' })).toMatchObject([{ tool: 'add_word', outcome: 'not_allowed' }])
  })

  it('keeps to the time, the limit and the workspace', async () => {
    expect(await entries({ since: '2999-01-01' })).toEqual([])
    expect(await entries({ limit: 1 })).toHaveLength(1)
    const elsewhere = await millrace.invoke({ tool: 'audit_log', input: {}, caller: { ...millrace.owner, workspace: 'other' } })
    expect(elsewhere).toMatchObject({ data: { entries: [] } })
  })

  it('is not for those who only build', async () => {
    const call = millrace.invoke({ tool: 'audit_log', input: {}, caller: { ...millrace.owner, role: 'builder' } })
    await expect(call).rejects.toMatchObject({ code: 'not_allowed' })
  })

  it('is verified, and a changed row is found', async () => {
    expect(await millrace.call('verify_audit')).toMatchObject({ intact: true, broken: null })
    await millrace.platform.db.query("update audit set outcome = 'ok!' where seq = 2")
    expect(await millrace.call('verify_audit')).toMatchObject({ intact: false, broken: 2 })
  })
})

describe('evals as a tool', () => {
  it('runs the suite it is given and passes on its numbers', async () => {
    const seen: unknown[] = []
    const evals = {
      run: async ({ suite, model }: { readonly suite: string; readonly model?: string }) => {
        seen.push([suite, model])
        return { metrics: { accuracy: 0.5 }, cases: [{ id: 1 }], verdict: 'Half are right.' }
      },
    }
    const millrace = await openTestMillrace({ tools: [runEvalTool], ports: { evals } })
    expect(await millrace.call('run_eval', { suite: 'planner', model: 'offline' })).toEqual({
      suite: 'planner',
      metrics: { accuracy: 0.5 },
      cases: [{ id: 1 }],
      verdict: 'Half are right.',
    })
    expect(seen).toEqual([['planner', 'offline']])
    await millrace.close()
  })

  it('says so where there are none', async () => {
    const millrace = await openTestMillrace([runEvalTool])
    await expect(millrace.call('run_eval', { suite: 'planner' })).rejects.toMatchObject({ code: 'unavailable' })
    await millrace.close()
  })
})
