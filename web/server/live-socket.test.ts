import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { openTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const address = (path = '/ws'): string => `${server.url.replace('http', 'ws')}${path}`

interface Line {
  readonly socket: WebSocket
  readonly heard: Record<string, unknown>[]
  until(found: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
}

async function listen(): Promise<Line> {
  const socket = new WebSocket(address(), { headers: await server.browser() })
  const heard: Record<string, unknown>[] = []
  socket.on('message', (text) => heard.push(JSON.parse(String(text))))
  await once(socket, 'message')
  return {
    socket,
    heard,
    until: async (found) => {
      for (;;) {
        const message = heard.find(found)
        if (message !== undefined) return message
        await once(socket, 'message')
      }
    },
  }
}

/** The status with which an upgrade was refused. */
async function refused(path: string, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(address(path), { headers })
  socket.on('error', () => undefined)
  const [, response] = await once(socket, 'unexpected-response')
  return response.statusCode
}

describe('the live socket', () => {
  it('greets, then tells of runs, approvals and calls of the workspace', async () => {
    const line = await listen()
    expect(line.heard[0]).toMatchObject({ type: 'hello', workspace: 'default' })
    await server.send('/api/tools/work_long?wait=5', { body: { steps: 2 } })
    await server.send('/api/tools/delete_thing', { body: { thing: 'x' } })
    expect(await line.until((message) => message.type === 'run' && message.state === 'succeeded')).toMatchObject({
      tool: 'work_long',
    })
    expect(await line.until((message) => message.type === 'call')).toMatchObject({ tool: 'work_long', ok: true })
    expect(await line.until((message) => message.type === 'approval')).toMatchObject({ tool: 'delete_thing', state: 'pending' })
    line.socket.close()
  })

  it('keeps other workspaces apart', async () => {
    const line = await listen()
    const { events } = server.millrace.platform
    const call = { type: 'call', call: 'c', tool: 't', caller: 'x', ok: true } as const
    events.publish({ ...call, workspace: 'other' })
    events.publish({ ...call, workspace: 'default', call: 'mine' })
    await line.until((message) => message.call === 'mine')
    expect(line.heard.filter((message) => message.workspace === 'other')).toEqual([])
    line.socket.close()
  })

  it('is refused to foreign pages, wrong names, wrong tokens and on other paths', async () => {
    expect(await refused('/ws', { origin: 'http://attacker.test' })).toBe(403)
    expect(await refused('/ws', { host: 'attacker.test' })).toBe(403)
    expect(await refused('/ws', { authorization: 'Bearer wrong' })).toBe(401)
    expect(await refused('/elsewhere', {})).toBe(404)
  })

  it('cuts off a reader that is far behind, rather than keeping everything for it', async () => {
    const line = await listen()
    line.socket.pause()
    const event = {
      type: 'run',
      workspace: 'default',
      run: 'r',
      tool: 't',
      state: 'running',
      progress: { message: 'x'.repeat(4000) },
    } as const
    for (let told = 0; told < 10_000; told++) {
      server.millrace.platform.events.publish(event)
      if (told % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    const closed = once(line.socket, 'close')
    line.socket.resume()
    expect((await closed)[0]).toBe(1013)
    expect(line.heard.length).toBeLessThan(10_000)
  })

  it('outlives nonsense, and ends a client that sends too much', async () => {
    const line = await listen()
    line.socket.send('{nonsense')
    line.socket.send('x'.repeat(10_000))
    const [code] = await once(line.socket, 'close')
    expect(code).toBe(1009)
    expect(await server.send('/healthz')).toMatchObject({ status: 200 })
  })
})
