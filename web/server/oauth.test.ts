import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../../platform/caller.ts'
import { openTestIssuer, type TestIssuer } from '../../platform/identity/testing/issuer.ts'
import { sendJson } from './context.ts'
import { openTestServer, type TestServer, terminalToken } from './test-server.ts'

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })
const wellKnown = '/.well-known/oauth-protected-resource'

/** Says who it was called by, and keeps what it was given. */
const echo = {
  handle: async (_: IncomingMessage, res: ServerResponse, caller: Caller) => sendJson(res, 200, { caller }),
  close: async () => undefined,
}

describe.each(['local', 'token'] as const)('a server in %s mode that takes the tokens of an issuer', (auth) => {
  let issuer: TestIssuer
  let server: TestServer
  const publicUrl = 'https://millrace.example'
  beforeAll(async () => {
    issuer = await openTestIssuer()
    server = await openTestServer({ auth, mcp: echo, publicUrl, oauth: { issuer: issuer.url } })
  })
  afterAll(async () => {
    await server.close()
    await issuer.close()
  })
  const token = (claims: object = {}): Promise<string> => issuer.sign({ aud: `${publicUrl}/mcp`, ...claims })

  it('says whose, for itself and for its MCP endpoint', async () => {
    for (const path of ['', '/mcp'])
      expect(await server.send(`${wellKnown}${path}`)).toMatchObject({
        status: 200,
        json: {
          resource: `${publicUrl}${path}`,
          authorization_servers: [issuer.url],
          scopes_supported: ['millrace:viewer', 'millrace:builder', 'millrace:operator', 'millrace:admin'],
          bearer_methods_supported: ['header'],
        },
      })
    expect(await server.send(wellKnown, { method: 'POST', body: {} })).toMatchObject({ status: 405 })
    expect(await server.send(`${wellKnown}/other`)).toMatchObject({ status: 404 })
  })

  it('tells a client of its MCP endpoint without a token where to get one', async () => {
    const { status, headers, json } = await server.send('/mcp', { body: {} })
    expect([status, json]).toMatchObject([401, { code: 'unauthenticated' }])
    expect(headers['www-authenticate']).toBe(
      `Bearer realm="millrace", scope="millrace:viewer", resource_metadata="${publicUrl}${wellKnown}/mcp"`,
    )
  })

  it('lets an agent in with what its token says, and hands the token on to nobody', async () => {
    const good = await token({ scope: 'millrace:builder', sub: 'svc|7' })
    const { status, json, text } = await server.send('/mcp', { body: {}, headers: bearer(good) })
    expect([status, json]).toMatchObject([
      200,
      { caller: { id: 'oauth:svc|7', kind: 'agent', role: 'builder', workspace: 'default', channel: 'mcp' } },
    ])
    expect(text).not.toContain(good)
    expect(text).not.toContain(good.split('.')[2])
  })

  it.each([
    ['for another server', { aud: 'https://other.example/mcp' }],
    ['from another issuer', { iss: 'https://evil.example' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1000) - 100 }],
  ])('refuses a token %s, and says so', async (_, claims) => {
    const wrong = await token(claims)
    const { status, headers, text } = await server.send('/mcp', { body: {}, headers: bearer(wrong) })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(
      /^Bearer realm="millrace", error="invalid_token", error_description="[^"]+", scope="millrace:viewer", resource_metadata="/,
    )
    expect(text).not.toContain(wrong)
  })

  it('refuses a token of its MCP endpoint everywhere else, and takes one for itself on both', async () => {
    const [mcpOnly, whole] = [await token(), await token({ aud: publicUrl })]
    expect(await server.send('/api/session', { headers: bearer(mcpOnly) })).toMatchObject({ status: 401 })
    expect(await server.send('/api/session', { headers: bearer(whole) })).toMatchObject({
      status: 200,
      json: { caller: { id: 'oauth:ann', kind: 'agent', channel: 'http' } },
    })
    expect(await server.send('/mcp', { body: {}, headers: bearer(whole) })).toMatchObject({ status: 200 })
  })

  it('asks for more scope where the head of a request tells that it is needed', async () => {
    const challenge = `Bearer realm="millrace", error="insufficient_scope", scope="millrace:builder", resource_metadata="${publicUrl}${wellKnown}`
    const call = await server.send('/mcp', {
      body: {},
      headers: { ...bearer(await token()), 'mcp-method': 'tools/call', 'mcp-name': 'take_note' },
    })
    expect([call.status, call.headers['www-authenticate']]).toEqual([403, `${challenge}/mcp"`])
    const post = await server.send('/api/tools/take-note', { body: { text: 'x' }, headers: bearer(await token({ aud: publicUrl })) })
    expect([post.status, post.headers['www-authenticate']]).toEqual([403, `${challenge}"`])
    const enough = await token({ aud: publicUrl, scope: 'millrace:builder' })
    expect(await server.send('/api/tools/take_note', { body: { text: 'x' }, headers: bearer(enough) })).toMatchObject({ status: 200 })
  })

  it('calls tools as an agent, whatever its scopes: a person decides on what it deletes', async () => {
    const admin = await token({ aud: publicUrl, scope: 'millrace:admin' })
    expect(await server.send('/api/tools/delete_thing', { body: { thing: 'x' }, headers: bearer(admin) })).toMatchObject({ status: 202 })
    expect(await server.send('/api/tokens', { body: { name: 'mine' }, headers: bearer(admin) })).toMatchObject({ status: 403 })
    expect(await server.send('/api/session', { body: { token: admin } })).toMatchObject({ status: 401 })
    const limited = await token({ aud: publicUrl, scope: 'millrace:admin', millrace_tools: ['add_numbers'] })
    expect(await server.send('/api/tools/add_numbers', { body: { a: 1, b: 2 }, headers: bearer(limited) })).toMatchObject({ status: 200 })
    expect(await server.send('/api/tools/take_note', { body: { text: 'x' }, headers: bearer(limited) })).toMatchObject({ status: 403 })
  })

  it('goes on taking its own tokens and the terminal of its machine', async () => {
    const own = await server.millrace.platform.identity.mint({ name: `ci-${auth}`, kind: 'agent', role: 'viewer' })
    expect(await server.send('/mcp', { body: {}, headers: bearer(own.token) })).toMatchObject({
      status: 200,
      json: { caller: { id: `token:ci-${auth}` } },
    })
    expect(await server.send('/mcp', { body: {}, headers: bearer(terminalToken) })).toMatchObject({
      status: 200,
      json: { caller: { id: 'local:owner', kind: 'agent' } },
    })
    expect((await server.send('/mcp', { body: {}, headers: bearer('mlr_wrong') })).headers['www-authenticate']).toContain('invalid_token')
  })

  it('refuses foreign pages and rebound names before it looks at any token', async () => {
    const good = await token()
    for (const headers of [{ origin: 'https://evil.example' }, ...(auth === 'local' ? [{ host: 'evil.example' }] : [])]) {
      expect(await server.send('/mcp', { body: {}, headers: { ...bearer(good), ...headers } })).toMatchObject({ status: 403 })
      expect(await server.send(wellKnown, { headers })).toMatchObject({ status: 403 })
    }
    expect(await server.send('/mcp', { body: {}, headers: { ...bearer(good), host: 'millrace.example' } })).toMatchObject({ status: 200 })
  })
})

describe('a server without an issuer', () => {
  it('publishes nothing, and refuses access tokens as it refuses any unknown token', async () => {
    const issuer = await openTestIssuer()
    const server = await openTestServer({ mcp: echo })
    expect(await server.send(wellKnown)).toMatchObject({ status: 404 })
    expect(await server.send('/mcp', { body: {} })).toMatchObject({ status: 200, json: { caller: { id: 'local:owner', kind: 'agent' } } })
    const answer = await server.send('/mcp', { body: {}, headers: bearer(await issuer.sign({ aud: `${server.url}/mcp` })) })
    expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer realm="millrace"'])
    expect(issuer.asked).toEqual([])
    await server.close()
    await issuer.close()
  })
})
