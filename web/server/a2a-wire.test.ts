import { TaskState } from '@a2a-js/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { atOnce, clientOf, request, say, stateOf, taskOf } from '../../agents/a2a/testing.ts'
import { script } from './a2a-scripts.ts'
import { type A2aServer, openA2aServer } from './a2a-testing.ts'

let server: A2aServer
beforeAll(async () => {
  server = await openA2aServer({ script, tools: [] })
})
afterAll(() => server.close())

describe('the wire', () => {
  const post = async (body: unknown, headers: Record<string, string> = {}): Promise<{ status: number; json: unknown }> => {
    const sent = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await fetch(`${server.url}/a2a`, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
    })
    return { status: answer.status, json: await answer.json() }
  }
  const call = (method: string, params: unknown = {}) => ({ jsonrpc: '2.0', id: 7, method, params })

  it.each([
    ['no JSON', '{"jsonrpc":', -32700],
    ['a batch', [call('GetTask')], -32600],
    ['another version of JSON-RPC', { ...call('GetTask'), jsonrpc: '1.0' }, -32600],
    ['an id that is no id', { ...call('GetTask'), id: {} }, -32600],
    ['an unknown method', call('tasks/get'), -32601],
    ['a method of every object', call('constructor'), -32601],
    ['no parameters', call('GetTask'), -32602],
    ['parameters that are a list', call('GetTask', []), -32602],
    [
      'an agent that says it is the user',
      call('SendMessage', { message: { messageId: 'a', role: 'ROLE_AGENT', parts: [{ text: 'x' }] } }),
      -32602,
    ],
    ['a negative history', call('GetTask', { id: 'x', historyLength: -1 }), -32602],
    ['a page that was never given', call('ListTasks', { pageToken: 'bm9wZQ' }), -32602],
    ['too deep a body', `{"jsonrpc":"2.0","id":7,"method":"SendMessage","params":${'['.repeat(300)}${']'.repeat(300)}}`, -32700],
    ['the extended card', call('GetExtendedAgentCard'), -32004],
  ])('refuses %s with the error of JSON-RPC', async (_, body, code) => {
    expect(await post(body)).toMatchObject({ status: 200, json: { jsonrpc: '2.0', error: { code } } })
  })

  it('speaks 1.0 only, and only where that is said', async () => {
    for (const version of ['0.3', '2.0', 'x', '']) {
      expect(await post(call('GetTask', { id: 'x' }), { 'a2a-version': version })).toMatchObject({ json: { error: { code: -32009 } } })
    }
    const rest = await fetch(`${server.url}/a2a/tasks/x`)
    expect(rest.status).toBe(400)
    expect(await rest.json()).toMatchObject({ error: { code: 400, details: [{ reason: 'VERSION_NOT_SUPPORTED' }] } })
  })

  it('refuses what is too large, in its own form', async () => {
    const large = await post(JSON.stringify(call('SendMessage', { x: 'a'.repeat(5_000_000) })))
    expect(large).toMatchObject({ status: 413, json: { jsonrpc: '2.0', error: { message: expect.stringContaining('larger') } } })
  })

  it('takes so many tasks of one caller at once, and no more', async () => {
    const client = await clientOf(server, { transport: 'HTTP+JSON' })
    const begun = await Promise.all(Array.from({ length: 16 }, () => taskOf(client.sendMessage(atOnce(say('hold'))))))
    await expect(client.sendMessage(request(say('hello')))).rejects.toThrow('16 tasks')
    for (const { id } of begun) await client.cancelTask({ tenant: '', id, metadata: undefined })
    expect(stateOf(await taskOf(client.sendMessage(request(say('hello')))))).toBe(TaskState.TASK_STATE_COMPLETED)
  })

  it('has the paths of the HTTP binding and says which methods they have', async () => {
    const headers = { 'a2a-version': '1.0' }
    for (const path of ['nothing', '/[', 'tasks/a/b'])
      expect((await fetch(`${server.url}/a2a/${path}`, { headers })).status, path).toBe(404)
    expect((await fetch(`${server.url}/a2a/tasks/%E0%A4%A`, { headers })).status).toBe(400)
    expect((await fetch(`${server.url}/a2a/message:send`, { headers })).status).toBe(405)
    const missing = await fetch(`${server.url}/a2a/tasks/none`, { headers })
    expect(missing.headers.get('content-type')).toContain('application/a2a+json')
    expect(await missing.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND', details: [{ reason: 'TASK_NOT_FOUND' }] } })
  })
})
