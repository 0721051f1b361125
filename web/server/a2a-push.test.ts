import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOf, request, say, taskOf } from '../../agents/a2a/testing.ts'
import { openTestDatabase } from '../../platform/testing/harness.ts'
import { script } from './a2a-scripts.ts'
import { type A2aServer, openA2aServer } from './a2a-testing.ts'

// Other work may hold the machine for a while.
const patient = { timeout: 20_000 }

let server: A2aServer
beforeAll(async () => {
  server = await openA2aServer({ script, tools: [] })
})
afterAll(() => server.close())

describe('push notifications', () => {
  interface Got {
    readonly headers: NodeJS.Dict<string | string[]>
    readonly body: unknown
  }
  const receiver = async (answers: readonly number[] = []) => {
    const got: Got[] = []
    const left = [...answers]
    const http = createServer((req, res) => {
      const chunks: Buffer[] = []
      req.on('data', (chunk: Buffer) => chunks.push(chunk))
      req.on('end', () => {
        const status = left.shift() ?? 200
        // Nothing: it is up and does not answer.
        if (status === 0) return
        if (status === 200) got.push({ headers: req.headers, body: JSON.parse(Buffer.concat(chunks).toString()) })
        res.writeHead(status).end()
      })
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const address = http.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    return {
      got,
      host: `127.0.0.1:${port}`,
      url: `http://127.0.0.1:${port}/hook`,
      close: () => new Promise((resolve) => http.close(resolve)),
    }
  }
  const config = (url: string, taskId = '', token = 't0ken') => ({ tenant: '', id: '', taskId, url, token, authentication: undefined })

  it('tell a listed host each state, with its token, again where it failed', async () => {
    const hook = await receiver([503])
    const pushing = await openA2aServer({ script, egressAllow: [hook.host] })
    try {
      const client = await clientOf(pushing)
      const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: config(hook.url), returnImmediately: true }
      const task = await taskOf(client.sendMessage({ ...request(say('hello')), configuration }))
      await expect.poll(() => hook.got.length, patient).toBe(4)
      expect(hook.got.every(({ headers }) => headers['x-a2a-notification-token'] === 't0ken')).toBe(true)
      expect(hook.got.map(({ body }) => body)).toMatchObject([
        { statusUpdate: { taskId: task.id, status: { state: 'TASK_STATE_WORKING' } } },
        { artifactUpdate: { artifact: { name: 'list_datasets' } } },
        { artifactUpdate: { artifact: { name: 'answer' }, lastChunk: true } },
        { statusUpdate: { status: { state: 'TASK_STATE_COMPLETED' } } },
      ])
      const { configs } = await client.listTaskPushNotificationConfig({ tenant: '', taskId: task.id, pageSize: 0, pageToken: '' })
      expect(configs).toMatchObject([{ url: hook.url, taskId: task.id }])
      const id = configs[0]?.id ?? ''
      expect(await client.getTaskPushNotificationConfig({ tenant: '', taskId: task.id, id })).toMatchObject({ id })
      await client.deleteTaskPushNotificationConfig({ tenant: '', taskId: task.id, id })
      await expect(client.getTaskPushNotificationConfig({ tenant: '', taskId: task.id, id })).rejects.toMatchObject({
        reason: 'TASK_NOT_FOUND',
      })
      const rest = await clientOf(pushing, { transport: 'HTTP+JSON' })
      expect(await rest.createTaskPushNotificationConfig(config(hook.url, task.id))).toMatchObject({ taskId: task.id, url: hook.url })
    } finally {
      await pushing.close()
      await hook.close()
    }
  })

  it('tell the end of a task after a restart, where they could not before', async () => {
    const hook = await receiver([0])
    const db = await openTestDatabase()
    const ground = { script, egressAllow: [hook.host], db: { ...db, close: async () => undefined } }
    const first = await openA2aServer(ground)
    const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: config(hook.url), returnImmediately: false }
    const task = await taskOf((await clientOf(first)).sendMessage({ ...request(say('hello')), configuration }))
    await first.close()
    expect(hook.got).toEqual([])
    const second = await openA2aServer(ground)
    await expect
      .poll(() => hook.got.map(({ body }) => body), patient)
      .toMatchObject([{ statusUpdate: { taskId: task.id, status: { state: 'TASK_STATE_COMPLETED' } } }])
    await second.close()
    await db.close()
    await hook.close()
  })

  it('go to no other host: not to this machine, not to one that nobody listed', async () => {
    const hook = await receiver()
    const client = await clientOf(server)
    const task = await taskOf(client.sendMessage(request(say('hello'))))
    for (const url of [hook.url, 'https://attacker.test/x', 'file:///etc/passwd', 'http://169.254.169.254/latest'])
      await expect(client.createTaskPushNotificationConfig(config(url, task.id)), url).rejects.toThrow()
    const configuration = { acceptedOutputModes: [], taskPushNotificationConfig: config(hook.url), returnImmediately: false }
    const before = server.asked.length
    await expect(client.sendMessage({ ...request(say('hello')), configuration })).rejects.toThrow('MILLRACE_EGRESS_ALLOW')
    expect(server.asked.length).toBe(before)
    await expect(client.createTaskPushNotificationConfig(config(hook.url, task.id, 'a\r\nb: c'))).rejects.toThrow()
    expect(hook.got).toEqual([])
    await hook.close()
  })
})
