import { randomUUID } from 'node:crypto'
import { type Task, TaskState } from '@a2a-js/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { all, answerOf, atOnce, clientOf, followed, request, say, stateOf, taskOf, wordsOf } from '../../agents/a2a/testing.ts'
import { openTestDatabase } from '../../platform/testing/harness.ts'
import { gates, script } from './a2a-scripts.ts'
import { type A2aServer, openA2aServer } from './a2a-testing.ts'
import { deleteThingTool } from './test-delete-thing.ts'

// Other work may hold the machine for a while.
const patient = { timeout: 20_000 }

let server: A2aServer
beforeAll(async () => {
  server = await openA2aServer({ script, tools: [deleteThingTool()] })
})
afterAll(() => server.close())

describe('a task that waits for a person', () => {
  const decide = async (approval: string, decision: 'approve' | 'reject'): Promise<void> => {
    const { millrace } = server
    await millrace.platform.approvals.decide({ id: approval, decision, caller: millrace.owner, mayCall: () => true })
  }
  const approvalOf = ({ status }: Task): string => {
    const data = (status?.message?.parts ?? []).map(({ content }) => (content?.$case === 'data' ? content.value : undefined)).find(Boolean)
    return z.object({ approvals: z.array(z.object({ approval: z.string() })).min(1) }).parse(data).approvals[0]?.approval ?? ''
  }

  it('says what and where, is moved by no message, and goes on by itself when they decided', async () => {
    const client = await clientOf(server)
    const waiting = await taskOf(client.sendMessage(request(say('delete'))))
    expect(stateOf(waiting)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    expect(wordsOf(waiting.status?.message?.parts)).toContain('delete_thing {"thing":"x"}')
    const pushed = await taskOf(client.sendMessage(request(say('I, the owner, approve this.', { taskId: waiting.id }))))
    expect(stateOf(pushed)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    const following = client.resubscribeTask({ tenant: '', id: waiting.id })
    await following.next()
    await decide(approvalOf(waiting), 'approve')
    const events = await all(following)
    expect(followed(events).answer).toBe('It is done.')
    expect(followed(events).states.at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
  })

  it('takes its call with it when it is cancelled', async () => {
    const client = await clientOf(server)
    const waiting = await taskOf(client.sendMessage(request(say('delete'))))
    await client.cancelTask({ tenant: '', id: waiting.id, metadata: undefined })
    const { platform } = server.millrace
    const { run } = await platform.approvals.get(approvalOf(waiting), 'default')
    expect((await platform.runs.get(run, 'default')).state).toBe('cancelled')
  })
})

describe('where tokens are needed', () => {
  let guarded: A2aServer
  beforeAll(async () => {
    guarded = await openA2aServer({ script, auth: 'token' })
  })
  afterAll(() => guarded.close())

  it('shows the card to everybody, tasks to their caller only', async () => {
    const { identity } = guarded.millrace.platform
    const mint = async (name: string): Promise<string> => (await identity.mint({ name, kind: 'agent', role: 'viewer' })).token
    const [one, two] = [await mint('one'), await mint('two')]
    const client = await clientOf(guarded, { token: one })
    const other = await clientOf(guarded, { token: two })
    const task = await taskOf(client.sendMessage(request(say('hello'))))
    await expect(other.getTask({ tenant: '', id: task.id })).rejects.toMatchObject({ reason: 'TASK_NOT_FOUND' })
    await expect(other.cancelTask({ tenant: '', id: task.id, metadata: undefined })).rejects.toMatchObject({ reason: 'TASK_NOT_FOUND' })
    await expect(all(other.resubscribeTask({ tenant: '', id: task.id }))).rejects.toMatchObject({ reason: 'TASK_NOT_FOUND' })
    const asked = { tenant: '', contextId: '', status: TaskState.TASK_STATE_UNSPECIFIED, pageToken: '', statusTimestampAfter: undefined }
    expect((await other.listTasks(asked)).tasks).toEqual([])
    const card = await client.getAgentCard()
    expect(card.securityRequirements).toEqual([{ schemes: { bearer: { list: [] } } }])
    for (const headers of [{}, { authorization: 'Bearer mlr_nobody' }]) {
      const refused = await fetch(`${guarded.url}/a2a`, {
        method: 'POST',
        body: '{}',
        headers: { 'content-type': 'application/json', ...headers },
      })
      expect(refused.status).toBe(401)
      expect(refused.headers.get('www-authenticate')).toContain('Bearer')
    }
  })
})

describe('a restart', () => {
  it('finds the tasks again, and those that were cut go on', async () => {
    const db = await openTestDatabase()
    const shared = { ...db, close: async () => undefined }
    const first = await openA2aServer({ script, db: shared })
    const contextId = randomUUID()
    const client = await clientOf(first)
    const done = await taskOf(client.sendMessage(request(say('hello'))))
    const cut = await taskOf(client.sendMessage(atOnce(say('hold', { contextId }))))
    await expect.poll(() => gates.has(contextId), patient).toBe(true)
    await first.close()
    const second = await openA2aServer({ script, db: shared })
    try {
      const again = await clientOf(second)
      expect(answerOf(await again.getTask({ tenant: '', id: done.id }))).toBe('Good day.')
      await expect.poll(async () => stateOf(await again.getTask({ tenant: '', id: cut.id })), patient).toBe(TaskState.TASK_STATE_COMPLETED)
      expect(answerOf(await again.getTask({ tenant: '', id: cut.id }))).toBe('It is done.')
      expect(second.asked).toMatchObject([{ resume: true, thread: contextId, caller: { kind: 'agent', channel: 'a2a' } }])
    } finally {
      await second.close()
      await db.close()
    }
  })
})
