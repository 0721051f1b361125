import { randomUUID } from 'node:crypto'
import { Role, type StreamResponse, TaskState, verifyAgentCardSignature } from '@a2a-js/sdk'
import type { Client } from '@a2a-js/sdk/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { all, answerOf, atOnce, clientOf, followed, request, say, stateOf, taskOf, wordsOf } from '../../agents/a2a/testing.ts'
import { embedTextsTool } from '../../tools/embed-texts.ts'
import { gates, script } from './a2a-scripts.ts'
import { type A2aServer, openA2aServer } from './a2a-testing.ts'
import { deleteThingTool } from './test-delete-thing.ts'

// Other work may hold the machine for a while.
const patient = { timeout: 20_000 }

let server: A2aServer
beforeAll(async () => {
  server = await openA2aServer({ script, tools: [embedTextsTool, deleteThingTool()] })
})
afterAll(() => server.close())

describe('the agent card', () => {
  it('says who it is, what it can do and how it is reached, and its signature holds', async () => {
    const client = await clientOf(server)
    const keys = z.object({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })
    const seen: string[] = []
    const verify = verifyAgentCardSignature(async (kid, jku) => {
      seen.push(jku ?? '')
      const found = keys.parse(await (await fetch(jku ?? '')).json()).keys.find((key) => key.kid === kid)
      if (found === undefined) throw new Error('There is no such key.')
      return found
    })
    const card = await client.getAgentCard(undefined, verify)
    await verify(card)
    expect(seen).toContain(`${server.url}/.well-known/jwks.json`)
    expect(card).toMatchObject({
      name: 'Millrace',
      version: '1.2.3',
      capabilities: { streaming: true, pushNotifications: true },
      supportedInterfaces: [
        { url: `${server.url}/a2a`, protocolBinding: 'JSONRPC', protocolVersion: '1.0' },
        { url: `${server.url}/a2a`, protocolBinding: 'HTTP+JSON', protocolVersion: '1.0' },
      ],
    })
    expect(card.skills.map(({ id, tags }) => [id, tags])).toEqual([
      ['documents', ['embed_texts']],
      ['more', ['delete_thing']],
    ])
    await expect(verify({ ...card, name: 'Another' })).rejects.toThrow()
  })

  it('does not tell the key that signs it', async () => {
    const served = await (await fetch(`${server.url}/.well-known/jwks.json`)).text()
    expect(served).not.toContain('"d"')
  })
})

describe.each(['JSONRPC', 'HTTP+JSON'] as const)('a client over %s', (transport) => {
  let client: Client
  beforeAll(async () => {
    client = await clientOf(server, { transport })
  })

  it('sends a message and has a completed task with the answer and what the tools gave', async () => {
    const task = await taskOf(client.sendMessage(request(say('hello'))))
    expect(stateOf(task)).toBe(TaskState.TASK_STATE_COMPLETED)
    expect(answerOf(task)).toBe('Good day.')
    expect(task.artifacts.find(({ name }) => name === 'list_datasets')?.parts.map(({ content }) => content)).toEqual([
      { $case: 'text', value: 'None.' },
      { $case: 'data', value: { datasets: [] } },
    ])
    expect(task.history.map(({ role }) => role)).toEqual([Role.ROLE_USER])
    expect(server.asked.at(-1)).toMatchObject({ message: 'hello', thread: task.contextId, caller: { kind: 'agent', channel: 'a2a' } })
  })

  it('streams the task, its words and its end', async () => {
    const events = await all(client.sendMessageStream(request(say('hello'))))
    expect(events[0]?.payload?.$case).toBe('task')
    expect(followed(events).answer).toBe('Good day.')
    expect(followed(events).states.at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
  })

  it('is asked back, answers in the same task, and the task goes on', async () => {
    const first = await taskOf(client.sendMessage(request(say('train'))))
    expect(stateOf(first)).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    expect(wordsOf(first.status?.message?.parts)).toBe('Which column?')
    const second = await taskOf(client.sendMessage(request(say('churn', { taskId: first.id }))))
    expect(second).toMatchObject({ id: first.id, contextId: first.contextId })
    expect(stateOf(second)).toBe(TaskState.TASK_STATE_COMPLETED)
    expect(second.history.map(({ parts }) => wordsOf(parts))).toEqual(['train', 'Which column?', 'churn'])
    const last = await client.getTask({ tenant: '', id: first.id, historyLength: 1 })
    expect(last.history.map(({ parts }) => wordsOf(parts))).toEqual(['churn'])
    await expect(client.sendMessage(request(say('more', { taskId: first.id })))).rejects.toMatchObject({ reason: 'UNSUPPORTED_OPERATION' })
  })

  it('cuts its stream, follows the task again and misses nothing', async () => {
    const contextId = randomUUID()
    const cutting = new AbortController()
    const seen: StreamResponse[] = []
    const cut = (async () => {
      for await (const event of client.sendMessageStream(request(say('hold', { contextId })), { signal: cutting.signal })) {
        seen.push(event)
        if (followed(seen).answer === 'One ') cutting.abort()
      }
    })()
    await expect(cut).rejects.toThrow()
    const [first] = seen
    const id = first?.payload?.$case === 'task' ? first.payload.value.id : ''
    const again = client.resubscribeTask({ tenant: '', id })
    const begun = await again.next()
    gates.get(contextId)?.resolve()
    const events = [...(begun.done === true ? [] : [begun.value]), ...(await all(again))]
    expect(followed(events)).toMatchObject({ answer: 'One two.' })
    expect(followed(events).states.at(-1)).toBe(TaskState.TASK_STATE_COMPLETED)
    await expect(all(client.resubscribeTask({ tenant: '', id }))).rejects.toMatchObject({ reason: 'UNSUPPORTED_OPERATION' })
  })

  it('cancels a task: its turn stops and what it said stays', async () => {
    const contextId = randomUUID()
    const task = await taskOf(client.sendMessage(atOnce(say('hold', { contextId }))))
    await expect.poll(() => gates.has(contextId), patient).toBe(true)
    const canceled = await client.cancelTask({ tenant: '', id: task.id, metadata: undefined })
    expect(stateOf(canceled)).toBe(TaskState.TASK_STATE_CANCELED)
    await expect(gates.get(contextId)?.promise).rejects.toThrow()
    expect(stateOf(await client.cancelTask({ tenant: '', id: task.id, metadata: undefined }))).toBe(TaskState.TASK_STATE_CANCELED)
    const done = await taskOf(client.sendMessage(request(say('hello'))))
    await expect(client.cancelTask({ tenant: '', id: done.id, metadata: undefined })).rejects.toMatchObject({
      reason: 'TASK_NOT_CANCELABLE',
    })
  })

  it('lists its tasks by context, a page at a time', async () => {
    const contextId = randomUUID()
    const ids: string[] = []
    for (let number = 0; number < 3; number++) ids.unshift((await taskOf(client.sendMessage(request(say('hello', { contextId }))))).id)
    const asked = { tenant: '', contextId, status: TaskState.TASK_STATE_UNSPECIFIED, pageToken: '', statusTimestampAfter: undefined }
    const first = await client.listTasks({ ...asked, pageSize: 2, historyLength: 0 })
    expect(first).toMatchObject({ pageSize: 2, totalSize: 3 })
    expect(first.tasks.every(({ artifacts, history }) => artifacts.length === 0 && history.length === 0)).toBe(true)
    const second = await client.listTasks({ ...asked, pageSize: 2, pageToken: first.nextPageToken, includeArtifacts: true })
    expect([...first.tasks, ...second.tasks].map(({ id }) => id)).toEqual(ids)
    expect(second).toMatchObject({ nextPageToken: '' })
    expect(second.tasks[0]?.artifacts.length).toBeGreaterThan(0)
    expect((await client.listTasks({ ...asked, status: TaskState.TASK_STATE_FAILED })).tasks).toEqual([])
  })

  it('sends the same message twice and it is done once', async () => {
    const message = say('hello')
    const before = server.asked.length
    const [one, two] = await Promise.all([taskOf(client.sendMessage(request(message))), taskOf(client.sendMessage(request(message)))])
    expect(two.id).toBe(one.id)
    expect(server.asked.length).toBe(before + 1)
    const other = { ...say('train'), messageId: message.messageId }
    await expect(client.sendMessage(request(other))).rejects.toMatchObject({ reason: 'INVALID_PARAMS' })
  })

  it.each([
    ['fail', TaskState.TASK_STATE_FAILED, 'The model did not answer.'],
    ['halted', TaskState.TASK_STATE_REJECTED, 'Agents are stopped.'],
    ['crash', TaskState.TASK_STATE_FAILED, 'Something failed inside Millrace; the log has the details.'],
  ])('is told how a task ended: %s', async (words, state, said) => {
    const task = await taskOf(client.sendMessage(request(say(words))))
    expect(stateOf(task)).toBe(state)
    expect(wordsOf(task.status?.message?.parts)).toBe(said)
  })

  it('is refused what is not there', async () => {
    await expect(client.getTask({ tenant: '', id: 'task_none' })).rejects.toMatchObject({ reason: 'TASK_NOT_FOUND' })
    await expect(client.sendMessage(request(say('hi', { taskId: 'task_none' })))).rejects.toMatchObject({ reason: 'TASK_NOT_FOUND' })
    const file = {
      content: { $case: 'url' as const, value: 'https://x.test/a.pdf' },
      metadata: undefined,
      filename: 'a.pdf',
      mediaType: 'application/pdf',
    }
    await expect(client.sendMessage(request({ ...say('read'), parts: [file] }))).rejects.toMatchObject({
      reason: 'CONTENT_TYPE_NOT_SUPPORTED',
    })
    await expect(client.sendMessage(request({ ...say('x'), parts: [] }))).rejects.toMatchObject({ reason: 'INVALID_PARAMS' })
    await expect(client.sendMessage(request(say('x'.repeat(64_001))))).rejects.toMatchObject({ reason: 'INVALID_PARAMS' })
  })
})
