import { setTimeout as sleep } from 'node:timers/promises'
import { isCreateTaskResultV2, isDetailedTaskV2 } from '@modelcontextprotocol/ext-tasks/core/v2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool } from '../tools/tool.ts'
import { type AskOptions, agentOf, openTestMcp, type TestMcp } from './testing.ts'

const base = { role: 'viewer', examples: [], output: z.object({ word: z.string() }) } as const

const slow = defineTool({
  ...base,
  name: 'slow_word',
  title: 'Slow word',
  description: 'Says a word after a while, or fails in one way or another; for tests of tasks.',
  input: z.strictObject({ word: z.string().describe('What to say.'), ms: z.int().default(50).describe('How long to wait.') }),
  effect: 'read',
  durable: true,
  run: async ({ word, ms }, { signal, progress }) => {
    progress({ fraction: 0.5, message: 'half way' })
    await sleep(ms, undefined, { signal })
    if (word === 'refuse') throw new Fault('conflict', 'There is no such word.')
    if (word === 'break') throw new Error('secret: hunter2')
    return { content: `It is ${word}.`, data: { word } }
  },
})

const said: string[] = []

const change = defineTool({
  ...base,
  name: 'change_word',
  title: 'Change a word',
  description: 'Changes the word that is live; for tests of tasks that a person must approve first.',
  input: z.strictObject({ word: z.string().describe('The new word.') }),
  effect: 'change',
  run: async ({ word }, { commit }) =>
    commit(async () => {
      said.push(word)
      return { content: `It is ${word} now.`, data: { word } }
    }),
})

const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
const links = { ...tasks, elicitation: { url: {} } }

describe('tasks', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace([slow, change])
    mcp = await openTestMcp(millrace)
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })

  const start = async (name: string, args: object, as: AskOptions = { capabilities: tasks }): Promise<string> => {
    const { result } = await mcp.ask('tools/call', { name, arguments: args }, as)
    expect(isCreateTaskResultV2(result)).toBe(true)
    return z.object({ taskId: z.string() }).parse(result).taskId
  }
  const get = async (taskId: string, as: AskOptions = { capabilities: tasks }, at = mcp) => {
    const { result } = await at.ask('tasks/get', { taskId }, as)
    expect(isDetailedTaskV2(result)).toBe(true)
    return result
  }
  const untilEnded = async (taskId: string) => {
    await expect.poll(async () => (await get(taskId))?.status, { timeout: 15_000 }).not.toBe('working')
    return get(taskId)
  }

  it('are what a long call becomes for a client that can follow them, with the result inside once it has ended', async () => {
    const task = await start('slow_word', { word: 'tide' })
    expect(await untilEnded(task)).toMatchObject({
      taskId: task,
      status: 'completed',
      ttlMs: null,
      result: { content: [{ text: 'It is tide.' }, { text: '{"word":"tide"}' }], structuredContent: { word: 'tide' } },
    })
    expect(await millrace.platform.runs.get(task, 'default')).toMatchObject({ tool: 'slow_word', caller: { id: 'agent:admin' } })
  })

  it('tell their progress while they work', async () => {
    const task = await start('slow_word', { word: 'tide', ms: 60_000 })
    await expect
      .poll(() => get(task), { timeout: 15_000 })
      .toMatchObject({ status: 'working', statusMessage: 'half way', _meta: { 'millrace/progress': 0.5 } })
    await mcp.ask('tasks/cancel', { taskId: task }, { capabilities: tasks })
  })

  it('are not made for a client that cannot follow them: its call waits', async () => {
    const { result } = await mcp.ask('tools/call', { name: 'slow_word', arguments: { word: 'tide' } })
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { word: 'tide' } })
  })

  it('have completed with an error when the tool refused, and failed when we did, without our inner words', async () => {
    expect(await untilEnded(await start('slow_word', { word: 'refuse' }))).toMatchObject({
      status: 'completed',
      result: { isError: true, content: [{ text: 'There is no such word.' }], _meta: { 'millrace/fault': { code: 'conflict' } } },
    })
    const broken = await untilEnded(await start('slow_word', { word: 'break' }))
    expect(broken).toMatchObject({ status: 'failed', error: { code: -32_603 } })
    expect(JSON.stringify(broken)).not.toContain('hunter2')
  })

  it('end when they are cancelled, which may be asked again', async () => {
    const task = await start('slow_word', { word: 'tide', ms: 60_000 })
    for (const _ of [1, 2])
      expect((await mcp.ask('tasks/cancel', { taskId: task }, { capabilities: tasks })).result).toMatchObject({ resultType: 'complete' })
    expect(await untilEnded(task)).toMatchObject({ status: 'cancelled' })
  })

  it('outlive the server that began them', async () => {
    const first = await openTestMcp(millrace)
    const { result } = await first.ask('tools/call', { name: 'slow_word', arguments: { word: 'tide', ms: 300 } }, { capabilities: tasks })
    await first.close()
    expect(await untilEnded(String(result?.taskId))).toMatchObject({ status: 'completed' })
  })

  it('of another caller, and runs of people, do not exist', async () => {
    const task = await start('slow_word', { word: 'tide' })
    const stranger = { capabilities: tasks, role: 'builder' } as const
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel'])
      expect((await mcp.ask(method, { taskId: task, inputResponses: {} }, stranger)).error).toMatchObject({ code: -32_602 })
    const outcome = await millrace.invoke({
      tool: 'slow_word',
      input: { word: 'tide' },
      caller: { ...agentOf('admin'), kind: 'person', channel: 'http' },
    })
    expect(
      (await mcp.ask('tasks/get', { taskId: outcome.kind === 'done' ? outcome.run : '' }, { capabilities: tasks })).error,
    ).toMatchObject({ code: -32_602 })
    expect((await mcp.ask('tasks/get', { taskId: "x' or 1=1" }, { capabilities: tasks })).error).toMatchObject({ code: -32_602 })
  })

  it('are refused to a client that did not say it can follow them', async () => {
    const task = await start('slow_word', { word: 'tide' })
    expect((await mcp.ask('tasks/get', { taskId: task })).error).toMatchObject({
      code: -32_021,
      data: { requiredCapabilities: tasks },
    })
  })

  it('wait for a person with a link to the page, and go on after the decision there; what the client answers decides nothing', async () => {
    const task = await start('change_word', { word: 'ebb' }, { capabilities: links })
    const waiting = await get(task, { capabilities: links })
    const { approval } = await millrace.platform.runs.get(task, 'default')
    expect(waiting).toMatchObject({
      status: 'input_required',
      inputRequests: {
        approval: { method: 'elicitation/create', params: { mode: 'url', url: `http://localhost/#/approvals/${approval}` } },
      },
    })
    const yes = { taskId: task, inputResponses: { approval: { action: 'accept', content: { approve: true } } } }
    expect((await mcp.ask('tasks/update', yes, { capabilities: links })).result).toMatchObject({ resultType: 'complete' })
    expect(await get(task, { capabilities: links })).toMatchObject({ status: 'input_required' })
    expect(said).toEqual([])
    const person = { ...millrace.owner, channel: 'browser' } as const
    await millrace.platform.approvals.decide({ id: approval ?? '', decision: 'approve', caller: person, mayCall: () => true })
    await expect.poll(async () => (await get(task))?.status, { timeout: 15_000 }).toBe('completed')
    expect(said).toEqual(['ebb'])
  })

  it('are taken back when the person does not open the page', async () => {
    const task = await start('change_word', { word: 'flood' }, { capabilities: links })
    await mcp.ask('tasks/update', { taskId: task, inputResponses: { approval: { action: 'decline' } } }, { capabilities: links })
    expect(await get(task)).toMatchObject({ status: 'cancelled' })
    expect(said).not.toContain('flood')
  })
})
