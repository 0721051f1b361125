import { createHmac } from 'node:crypto'
import { base64url, exportSPKI, importJWK } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEgress } from '../egress/client.ts'
import { createAccessTokens } from './access-tokens.ts'
import { callerFromClaims } from './oauth-caller.ts'
import { openTestIssuer, type TestIssuer } from './testing/issuer.ts'

const audience = 'https://millrace.example/mcp'
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const egress = createEgress()

describe('access tokens of an issuer', () => {
  let issuer: TestIssuer
  let clock = new Date()
  const now = (): Date => clock
  const open = (options: { readonly jwks?: string } = {}) => createAccessTokens({ issuer: issuer.url, egress, log: quiet, now, ...options })
  const keyRequests = (): number => issuer.asked.filter(({ url }) => url === '/jwks').length
  const later = (ms: number): void => {
    clock = new Date(clock.getTime() + ms)
  }
  beforeEach(async () => {
    clock = new Date()
    issuer = await openTestIssuer({ now })
  })
  afterEach(() => issuer.close())

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('signed with %s by a published key are good', async (algorithm) => {
    await issuer.rotate(algorithm)
    expect(await open().verify(await issuer.sign({ aud: audience, scope: 'x' }), [audience])).toMatchObject({ sub: 'ann', scope: 'x' })
    expect(await open().verify(await issuer.sign({ aud: ['other', audience] }), [audience])).toMatchObject({ sub: 'ann' })
    expect(
      await open({ jwks: `${issuer.url}/jwks` }).verify(await issuer.sign({ aud: audience }, { typ: 'JWT' }), [audience]),
    ).toMatchObject({ sub: 'ann' })
  })

  it.each([
    ['another audience', { aud: 'https://other.example' }, /another audience/],
    ['no audience', {}, /another audience/],
    ['an audience that only begins so', { aud: `${audience}/more` }, /another audience/],
    ['another issuer', { aud: audience, iss: 'https://evil.example' }, /another issuer/],
    ['an end in the past', { aud: audience, exp: seconds(-61) }, /expired/],
    ['no end', { aud: audience, exp: undefined }, /when it expires/],
    ['an end that is no time', { aud: audience, exp: 'tomorrow' }, /refused/],
    ['a beginning in the future', { aud: audience, nbf: seconds(3_600) }, /not valid yet/],
    ['nobody in it', { aud: audience, sub: undefined }, /whose it is/],
  ])('with %s are refused', async (_, claims, words) => {
    const refusal = open().verify(await issuer.sign(claims), [audience])
    await expect(refusal).rejects.toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(words) })
  })

  it('are given a minute for clocks that differ', async () => {
    expect(await open().verify(await issuer.sign({ aud: audience, exp: seconds(-50), nbf: seconds(50) }), [audience])).toMatchObject({
      sub: 'ann',
    })
  })

  it('that are forged are refused: none, HS256 with the public key, a foreign key under a known id, a changed payload, garbage', async () => {
    const good = await issuer.sign({ aud: audience, scope: 'millrace:viewer' })
    const [header = '', payload = '', signature = ''] = good.split('.')
    const [jwk] = issuer.published
    const encoded = (value: object): string => base64url.encode(JSON.stringify(value))
    const hmac = (head: object, secret: string): string => {
      const signed = `${encoded(head)}.${payload}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    }
    const publicKey = await importJWK(jwk ?? {}, 'ES256', { extractable: true })
    const pem = publicKey instanceof Uint8Array ? '' : await exportSPKI(publicKey)
    const thief = await openTestIssuer({ now })
    const admin = base64url.encode(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), scope: 'millrace:admin' }))
    const forged = [
      `${encoded({ alg: 'none' })}.${payload}.`,
      `${encoded({ alg: 'NONE', typ: 'at+jwt' })}.${payload}.`,
      hmac({ alg: 'HS256', kid: 'key-1' }, pem),
      hmac({ alg: 'HS256', kid: 'key-1' }, JSON.stringify(jwk)),
      await thief.sign({ aud: audience, iss: issuer.url }),
      await thief.sign({ aud: audience, iss: issuer.url }, { kid: 'key-9' }),
      `${encoded({ alg: 'ES256', jwk: thief.published[0] })}.${(await thief.sign({ aud: audience, iss: issuer.url })).split('.').slice(1).join('.')}`,
      `${header}.${admin}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${header}.${payload}`,
      `${header}.${payload}.`,
      `${encoded({ alg: 'ES256', kid: 'key-1', crit: ['x'], x: 1 })}.${payload}.${signature}`,
      await issuer.sign({ aud: audience }, { typ: 'logout+jwt' }),
      `${good}.${good}`,
      'eyJ.eyJ.eyJ',
      '..',
      `eyJ${'x'.repeat(100_000)}.x.x`,
    ]
    for (const token of forged) {
      const refusal = await open()
        .verify(token, [audience])
        .catch((error: unknown) => error)
      expect(refusal, token.slice(0, 80)).toMatchObject({ code: 'unauthenticated' })
      expect(String(refusal)).not.toContain(signature)
    }
    await thief.close()
  })

  it('signed with a key that was rotated in are good at once, and one that was taken back ends within minutes', async () => {
    const tokens = open()
    const first = await issuer.sign({ aud: audience, exp: seconds(3_600) })
    await tokens.verify(first, [audience])
    later(31_000)
    await issuer.rotate('RS256', { alone: true })
    expect(await tokens.verify(await issuer.sign({ aud: audience }), [audience])).toMatchObject({ sub: 'ann' })
    await expect(tokens.verify(first, [audience])).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('with key ids nobody knows cost one request to the issuer, whatever their number', async () => {
    const tokens = open()
    const forged = await Promise.all(Array.from({ length: 50 }, (_, index) => issuer.sign({ aud: audience }, { kid: `made-up-${index}` })))
    const refusals = await Promise.allSettled(forged.map((token) => tokens.verify(token, [audience])))
    expect(refusals.every(({ status }) => status === 'rejected')).toBe(true)
    expect(keyRequests()).toBe(1)
    later(31_000)
    await Promise.allSettled(forged.map((token) => tokens.verify(token, [audience])))
    expect(keyRequests()).toBe(2)
  })

  it('are checked with the keys known while the issuer is away for a while, and not for ever', async () => {
    const tokens = open()
    const token = await issuer.sign({ aud: audience, exp: seconds(100_000) })
    await tokens.verify(token, [audience])
    issuer.answer(500)
    later(11 * 60_000)
    expect(await tokens.verify(token, [audience])).toMatchObject({ sub: 'ann' })
    later(60 * 60_000)
    await expect(tokens.verify(token, [audience])).rejects.toMatchObject({ code: 'unavailable' })
    issuer.answer(200)
    later(31_000)
    expect(await tokens.verify(token, [audience])).toMatchObject({ sub: 'ann' })
  })

  it('are not believed on the word of metadata that names another issuer', async () => {
    const tokens = createAccessTokens({ issuer: `${issuer.url}/tenant`, egress, log: quiet, now })
    await expect(tokens.verify(await issuer.sign({ aud: audience }), [audience])).rejects.toMatchObject({ code: 'unavailable' })
  })
})

const seconds = (from: number): number => Math.floor(Date.now() / 1000) + from

describe('the caller of an access token', () => {
  const callerOf = (claims: object) => callerFromClaims({ sub: 'ann', ...claims }, 'mcp')

  it('is an agent and a viewer of the default workspace, unless its scopes and claims say more', () => {
    expect(callerOf({})).toEqual({ id: 'oauth:ann', name: 'ann', kind: 'agent', role: 'viewer', workspace: 'default', channel: 'mcp' })
    expect(callerOf({ scope: 'openid millrace:builder', preferred_username: 'Ann B.' })).toMatchObject({ role: 'builder', name: 'Ann B.' })
    expect(callerOf({ scp: ['millrace:viewer', 'millrace:operator'] })).toMatchObject({ role: 'operator' })
    expect(callerOf({ scp: 'millrace:admin', millrace_workspace: 'lab', millrace_tools: ['predict'] })).toMatchObject({
      role: 'admin',
      workspace: 'lab',
      tools: ['predict'],
    })
    for (const scope of ['millrace:root', 'admin', 'millrace:ADMIN', 'xmillrace:admin', 'millrace:admin,'])
      expect(callerOf({ scope })).toMatchObject({ role: 'viewer' })
  })

  it.each([
    [{ sub: 'a\nb' }],
    [{ sub: '' }],
    [{ sub: 7 }],
    [{ sub: 'x'.repeat(300) }],
    [{ millrace_workspace: '../x' }],
    [{ scope: 7 }],
    [{ millrace_tools: 'all' }],
  ])('is nobody with claims like %j', (claims) =>
    expect(() => callerOf(claims)).toThrow(expect.objectContaining({ code: 'unauthenticated' })),
  )
})
