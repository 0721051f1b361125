import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { startWebServer } from './server.ts'
import { openTestServer, scripted, type TestServer, terminalToken } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

describe('the page', () => {
  it('says how to build it while it has not been built', async () => {
    expect(await server.send('/', { headers: { accept: 'text/html' } })).toMatchObject({
      status: 503,
      text: expect.stringContaining('npm run prepare'),
    })
  })

  it('is served for every address of the studio, its assets for ever, under a policy without foreign origins', async () => {
    const folder = `${server.millrace.folder}/ui`
    await mkdir(`${folder}/assets`, { recursive: true })
    await writeFile(`${folder}/index.html`, '<!doctype html><title>Studio</title>')
    await writeFile(`${folder}/assets/index-abc123.js`, 'console.log(1)')
    for (const path of ['/', '/models/churn', '/index.html']) {
      const page = await server.send(path, { headers: { accept: 'text/html,*/*' } })
      expect(page, path).toMatchObject({ status: 200, text: expect.stringContaining('Studio') })
      expect(page.headers['content-security-policy']).not.toMatch(/https?:|\*|unsafe/)
      expect(page.headers).toMatchObject({ 'x-frame-options': 'DENY', 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
      expect(page.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict/)
    }
    const asset = await server.send('/assets/index-abc123.js')
    expect(asset).toMatchObject({ status: 200 })
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  })

  it('is not served to programs, for missing assets, or from outside its folder', async () => {
    expect(await server.send('/models/churn')).toMatchObject({ status: 404 })
    expect(await server.send('/models/churn', { headers: { accept: 'application/json' } })).toMatchObject({ status: 404 })
    expect(await server.send('/assets/none.js', { headers: { accept: 'text/html' } })).toMatchObject({ status: 404 })
    for (const path of ['/..%2f..%2fetc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fblobs'])
      expect([403, 404], path).toContain((await server.send(path)).status)
  })
})

describe('the description of the API', () => {
  it('is OpenAPI 3.1 with a path for every tool', async () => {
    const { json } = await server.send('/openapi.json')
    expect(json).toMatchObject({ openapi: '3.1.1', servers: [{ url: server.url }] })
    expect(Object.keys(Object(Reflect.get(Object(json), 'paths')))).toEqual(
      expect.arrayContaining(['/api/tools/add_numbers', '/api/tools/work_long', '/api/runs/{id}/events', '/agui']),
    )
  })

  it('is shown by local files alone', async () => {
    const page = await server.send('/docs', { headers: { accept: 'text/html' } })
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).not.toMatch(/https?:/)
    const files = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')
    expect(files.length).toBeGreaterThan(3)
    for (const path of files) expect((await server.send(path)).status, path).toBe(200)
  })
})

describe('the state of the server', () => {
  it('is told to those who watch it', async () => {
    expect(await server.send('/healthz')).toMatchObject({ status: 200, json: { status: 'ok', version: '0.0.0-test' } })
    expect(await server.send('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } })
    const metrics = await server.send('/metrics')
    expect(metrics.headers['content-type']).toContain('text/plain')
    expect(metrics.text).toMatch(/^millrace_event_loop_delay_seconds\{quantile="0.99"\} \d+\.\d+$/m)
  })

  it('survives requests that are not HTTP', async () => {
    for (const bytes of [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\r\n',
      'POST /agui HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
    ]) {
      const socket = connect(Number(server.host.split(':')[1]), '127.0.0.1')
      socket.on('error', () => undefined)
      socket.resume()
      socket.end(bytes)
      await new Promise((resolve) => socket.on('close', resolve))
    }
    expect(await server.send('/healthz')).toMatchObject({ status: 200 })
  })
})

describe('starting and stopping', () => {
  const options = (): Parameters<typeof startWebServer>[0] => ({
    waist: server.millrace,
    orchestrator: scripted(server.millrace),
    host: '127.0.0.1',
    port: 0,
    auth: 'local',
    uiFolder: '/nowhere',
    terminalToken,
    version: '0',
  })

  it('says so when the port is taken', async () => {
    const port = Number(server.host.split(':')[1])
    await expect(startWebServer({ ...options(), port })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is taken'),
    })
  })

  it('ends a turn, a run stream and a socket with a last word', async () => {
    const web = await startWebServer(options())
    const post = (message: string): Promise<Response> =>
      fetch(`${web.url}/agui`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ threadId: 't', runId: message, messages: [{ id: 'u', role: 'user', content: message }] }),
      })
    const turns = await Promise.all([post('stall'), post('deaf')])
    const { json } = await server.send('/api/tools/work_long?wait=0', { body: { steps: 100_000 } })
    const run = String(Reflect.get(Object(json), 'run'))
    const stream = await fetch(`${web.url}/api/runs/${run}/events`)
    const socket = new WebSocket(`${web.url.replace('http', 'ws')}/ws`)
    await new Promise((resolve) => socket.on('message', resolve))
    const gone = new Promise((resolve) => socket.on('close', resolve))
    await Promise.all([web.close(), web.close()])
    for (const turn of turns) expect(await turn.text()).toMatch(/"type":"RUN_ERROR".*"code":"unavailable".*\n\n$/)
    expect(await stream.text()).toMatch(/event: closing\n.*\n\n$/)
    expect(await gone).toBe(1001)
    await expect(fetch(web.url)).rejects.toThrow()
    await server.send(`/api/runs/${run}/cancel`, { method: 'POST' })
  })

  it('hands MCP a caller that is never a person', async () => {
    const web = await startWebServer({
      ...options(),
      mcp: {
        handle: async (_req, res, caller) => void res.end(`${caller.kind} ${caller.channel} ${caller.id}`),
        close: async () => undefined,
      },
    })
    expect(await (await fetch(`${web.url}/mcp`, { method: 'POST', body: '{}' })).text()).toBe('agent mcp local:owner')
    expect((await fetch(`${web.url}/mcp`, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
    await web.close()
  })
})
