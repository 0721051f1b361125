import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isLoopback } from './callers.ts'
import { cookieFrom, openTestServer, type TestServer, terminalToken } from './test-server.ts'

const channelOf = (json: unknown): unknown => Reflect.get(Object(Reflect.get(Object(json), 'caller')), 'channel')
const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })

describe('the caller in local mode', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openTestServer()
  })
  afterAll(() => server.close())

  it('is the owner: a program, the page in its session, or the terminal', async () => {
    const page = await server.browser()
    const { cookie = '' } = page
    const channels = await Promise.all(
      [{}, page, { cookie, 'sec-fetch-site': 'same-origin' }, { cookie }, { origin: server.url }, bearer(terminalToken)].map(
        async (headers) => channelOf((await server.send('/api/session', { headers })).json),
      ),
    )
    expect(channels).toEqual(['http', 'browser', 'browser', 'http', 'http', 'terminal'])
  })

  it('names a workspace at the terminal only, where the owner of the machine sits', async () => {
    const workspaceOf = (json: unknown): unknown => Reflect.get(Object(Reflect.get(Object(json), 'caller')), 'workspace')
    const meant = { 'millrace-workspace': 'lab' }
    const { token } = await server.millrace.platform.identity.mint({ name: 'ann', kind: 'person', role: 'admin' })
    const answers = await Promise.all(
      [meant, { ...bearer(token), ...meant }, { ...bearer(terminalToken), ...meant }].map((headers) =>
        server.send('/api/session', { headers }),
      ),
    )
    expect(answers.map(({ json }) => workspaceOf(json))).toEqual(['default', 'default', 'lab'])
    const wrong = { ...bearer(terminalToken), 'millrace-workspace': 'a/b' }
    expect(await server.send('/api/session', { headers: wrong })).toMatchObject({ status: 400 })
  })

  it('may be an agent with a token of its own', async () => {
    const { token } = await server.millrace.platform.identity.mint({ name: 'robot', kind: 'agent', role: 'viewer' })
    expect(await server.send('/api/session', { headers: bearer(token) })).toMatchObject({
      json: { caller: { id: 'token:robot', kind: 'agent', role: 'viewer', channel: 'http' } },
    })
    expect(await server.send('/api/tools/take_note', { body: { text: 'x' }, headers: bearer(token) })).toMatchObject({ status: 403 })
  })

  it.each([['Bearer wrong'], ['Bearer '], ['Basic b3duZXI6'], [`Bearer ${terminalToken}x`]])(
    'is nobody with "%s"',
    async (authorization) => {
      const answer = await server.send('/api/tools', { headers: { authorization } })
      expect(answer).toMatchObject({ status: 401, json: { code: 'unauthenticated' } })
      expect(answer.headers['www-authenticate']).toContain('Bearer')
      expect(answer.text).not.toContain(terminalToken)
    },
  )

  it.each([
    [{ host: 'attacker.test' }],
    [{ host: '127.0.0.1:1' }],
    [{ origin: 'http://attacker.test' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
  ])('is refused from %j, on every path and with the session too', async (headers) => {
    const { cookie = '' } = await server.browser()
    for (const path of ['/api/tools', '/api/session', '/', '/docs', '/healthz', '/mcp', '/nothing'])
      expect(await server.send(path, { headers: { cookie, ...headers } }), path).toMatchObject({
        status: 403,
        json: { code: 'not_allowed' },
      })
    expect(await server.send('/api/tools/take_note', { body: { text: 'x' }, headers: { cookie, ...headers } })).toMatchObject({
      status: 403,
    })
  })

  it('gets its session back when the server was restarted under its page', async () => {
    const stale = { cookie: 'millrace_1=stale', 'sec-fetch-site': 'same-origin' }
    const asked = await server.send('/api/session', { headers: stale })
    const renewed = { cookie: cookieFrom(asked), 'sec-fetch-site': 'same-origin' }
    expect(channelOf((await server.send('/api/session', { headers: renewed })).json)).toBe('browser')
    expect((await server.send('/api/session')).headers['set-cookie']).toBeUndefined()
  })

  it('gets one session per browser, not one per page', async () => {
    const { cookie = '' } = await server.browser()
    const again = await server.send('/', { headers: { accept: 'text/html', cookie } })
    expect(again.headers['set-cookie']).toBeUndefined()
  })
})

describe('the caller in token mode', () => {
  let server: TestServer
  let token = ''
  beforeAll(async () => {
    server = await openTestServer({ auth: 'token' })
    token = (await server.millrace.platform.identity.mint({ name: 'ann', kind: 'person', role: 'operator' })).token
  })
  afterAll(() => server.close())

  it('is nobody without a token, and the page alone signs nobody in', async () => {
    const page = await server.send('/', { headers: { accept: 'text/html' } })
    expect(page.headers['set-cookie']).toBeUndefined()
    for (const path of ['/api/tools', '/api/runs', '/api/approvals', '/api/threads', '/metrics', '/api/session'])
      expect(await server.send(path), path).toMatchObject({ status: 401 })
    expect(await server.send('/agui', { body: {} })).toMatchObject({ status: 401 })
    expect(await server.send('/healthz')).toMatchObject({ status: 200 })
  })

  it('is whoever holds the token', async () => {
    expect(await server.send('/api/session', { headers: bearer(token) })).toMatchObject({
      json: { auth: 'token', caller: { id: 'token:ann', kind: 'person', role: 'operator', channel: 'http' } },
    })
    expect(await server.send('/api/session', { headers: bearer(terminalToken) })).toMatchObject({
      json: { caller: { channel: 'terminal' } },
    })
  })

  it('signs in with a token in a browser, and out again', async () => {
    const origin = { origin: server.url }
    const signedIn = await server.send('/api/session', { body: { token }, headers: origin })
    const cookie = cookieFrom(signedIn)
    expect(signedIn).toMatchObject({ status: 200, json: { caller: { id: 'token:ann', channel: 'browser' } } })
    expect(signedIn.text).not.toContain(token)
    expect(channelOf((await server.send('/api/session', { headers: { ...origin, cookie } })).json)).toBe('browser')
    expect(await server.send('/api/session', { method: 'DELETE', headers: { ...origin, cookie } })).toMatchObject({ status: 204 })
    expect(await server.send('/api/session', { headers: { ...origin, cookie } })).toMatchObject({ status: 401 })
  })

  it('loses the session with the token', async () => {
    const { identity } = server.millrace.platform
    const minted = await identity.mint({ name: 'bob', kind: 'person', role: 'viewer' })
    const cookie = cookieFrom(await server.send('/api/session', { body: { token: minted.token } }))
    expect(await server.send('/api/tools', { headers: { cookie } })).toMatchObject({ status: 200 })
    await identity.revoke(minted.id, 'default')
    expect(await server.send('/api/tools', { headers: { cookie } })).toMatchObject({ status: 401 })
  })

  it('cannot sign in with a wrong token or as an agent', async () => {
    const agent = await server.millrace.platform.identity.mint({ name: 'robot', kind: 'agent', role: 'admin' })
    expect(await server.send('/api/session', { body: { token: 'wrong' } })).toMatchObject({ status: 401 })
    expect(await server.send('/api/session', { body: { token: agent.token } })).toMatchObject({ status: 403 })
    expect(await server.send('/api/session', { body: {} })).toMatchObject({ status: 422 })
  })

  it('sees nothing of another workspace', async () => {
    const other = await server.millrace.platform.identity.mint({ name: 'eve', kind: 'person', role: 'admin', workspace: 'other' })
    const { json } = await server.send('/api/tools/work_long', { body: { steps: 0 }, headers: bearer(token) })
    const run = String(Reflect.get(Object(json), 'run'))
    expect(await server.send(`/api/runs/${run}`, { headers: bearer(token) })).toMatchObject({ status: 200 })
    for (const path of [`/api/runs/${run}`, `/api/runs/${run}/events`])
      expect(await server.send(path, { headers: bearer(other.token) })).toMatchObject({ status: 404 })
    expect(await server.send('/api/runs', { headers: bearer(other.token) })).toMatchObject({ json: { runs: [] } })
  })
})

describe('loopback', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.1', false],
    ['::ffff:10.127.0.1', false],
    [undefined, false],
  ])('%s: %s', (address, expected) => {
    expect(isLoopback(address)).toBe(expected)
  })
})
