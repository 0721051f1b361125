import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer, terminalToken } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({ auth: 'token' })
})
afterAll(() => server.close())

const bearer = (token: string): { authorization: string } => ({ authorization: `Bearer ${token}` })
const terminal = bearer(terminalToken)

async function mint(body: unknown): Promise<{ readonly id: string; readonly token: string }> {
  const { status, json } = await server.send('/api/tokens', { body, headers: terminal })
  expect(status).toBe(201)
  return { id: String(Reflect.get(Object(json), 'id')), token: String(Reflect.get(Object(json), 'token')) }
}

describe('access tokens over HTTP', () => {
  it('are made at a terminal, work at once, are listed without their secret, and end when revoked', async () => {
    const { id, token } = await mint({ name: 'ci', kind: 'agent', role: 'builder', days: 30 })
    expect(await server.send('/api/session', { headers: bearer(token) })).toMatchObject({
      json: { caller: { kind: 'agent', role: 'builder' } },
    })
    const listed = await server.send('/api/tokens', { headers: terminal })
    expect(listed).toMatchObject({ json: { tokens: [{ id, name: 'ci', expiresAt: expect.any(String) }] } })
    expect(listed.text).not.toContain(token)
    expect(await server.send(`/api/tokens/${id}`, { method: 'DELETE', headers: terminal })).toMatchObject({ status: 204 })
    expect(await server.send('/api/session', { headers: bearer(token) })).toMatchObject({ status: 401 })
    expect(await server.send('/api/tokens/token_none', { method: 'DELETE', headers: terminal })).toMatchObject({ status: 404 })
  })

  it('cannot be made by a token, not even an administrator’s, outside a browser session', async () => {
    const { token } = await mint({ name: 'root', role: 'admin' })
    const body = { name: 'more', role: 'admin' }
    expect(await server.send('/api/tokens', { body, headers: bearer(token) })).toMatchObject({ status: 403 })
    expect(await server.send('/api/tokens', { body })).toMatchObject({ status: 401 })
    const signedIn = await server.send('/api/session', { body: { token }, headers: { origin: server.url } })
    const page = { cookie: signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? '', origin: server.url }
    expect(await server.send('/api/tokens', { body, headers: page })).toMatchObject({ status: 201 })
    expect(await server.send('/api/tokens', { body: { ...body, workspace: 'other' }, headers: page })).toMatchObject({ status: 403 })
  })

  it.each([
    [{}],
    [{ name: '' }],
    [{ name: 'x', role: 'god' }],
    [{ name: 'x', days: 0 }],
    [{ name: 'a\nb' }],
    [{ name: 'x', workspace: '../x' }],
  ])('are refused for %j', async (body) => {
    expect(await server.send('/api/tokens', { body, headers: terminal })).toMatchObject({ status: 422, json: { code: 'invalid_input' } })
  })
})
