import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type TestServer, terminalToken } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

async function ask(): Promise<{ readonly approval: string; readonly run: string }> {
  const { status, json } = await server.send('/api/tools/delete_thing', { body: { thing: 'x' } })
  expect(status).toBe(202)
  const field = (name: string): string => String(Reflect.get(Object(json), name))
  return { approval: field('approval'), run: field('run') }
}

const approve = { decision: 'approve' }
const terminal = { authorization: `Bearer ${terminalToken}` }

describe('an approval over HTTP', () => {
  it('cannot be given by a program, even by one that holds the session without the page', async () => {
    const { approval, run } = await ask()
    const { cookie = '' } = await server.browser()
    for (const headers of [{}, { cookie }, { cookie, 'sec-fetch-site': 'none' }])
      expect(await server.send(`/api/approvals/${approval}`, { body: approve, headers })).toMatchObject({
        status: 403,
        json: { code: 'not_allowed' },
      })
    expect(await server.send(`/api/runs/${run}`)).toMatchObject({ json: { state: 'waiting' } })
  })

  it('is given by the person on the page, and the call runs', async () => {
    const { approval, run } = await ask()
    const page = await server.browser()
    expect(await server.send(`/api/approvals/${approval}`, { body: approve, headers: page })).toMatchObject({
      status: 200,
      json: { id: approval },
    })
    const events = await server.send(`/api/runs/${run}/events`)
    expect(events.text).toContain('"state":"succeeded"')
    expect(events.text).toContain('Deleted x.')
  })

  it('is given at a terminal, and giving it again changes nothing', async () => {
    const { approval, run } = await ask()
    expect(await server.send(`/api/approvals/${approval}`, { body: approve, headers: terminal })).toMatchObject({ status: 200 })
    await server.send(`/api/runs/${run}/events`)
    expect(await server.send(`/api/approvals/${approval}`, { body: approve, headers: terminal })).toMatchObject({
      status: 200,
      json: { state: 'used' },
    })
    expect(await server.send(`/api/approvals/${approval}`, { body: { decision: 'reject' }, headers: terminal })).toMatchObject({
      status: 409,
    })
  })

  it('that is refused ends the run', async () => {
    const { approval, run } = await ask()
    expect(await server.send(`/api/approvals/${approval}`, { body: { decision: 'reject' }, headers: terminal })).toMatchObject({
      status: 200,
      json: { state: 'rejected', decidedBy: { id: 'local:owner' } },
    })
    expect(await server.send(`/api/runs/${run}`)).toMatchObject({ json: { state: 'failed', error: { code: 'not_allowed' } } })
  })

  it('is listed with the exact arguments', async () => {
    const { approval, run } = await ask()
    const { json } = await server.send('/api/approvals?state=pending')
    expect(json).toMatchObject({
      approvals: expect.arrayContaining([expect.objectContaining({ id: approval, run, tool: 'delete_thing', input: { thing: 'x' } })]),
    })
    expect(await server.send(`/api/approvals/${approval}`)).toMatchObject({ status: 200, json: { id: approval, state: 'pending' } })
  })

  it('is text of others to an agent that reads it, alone or in the list', async () => {
    const { platform } = server.millrace
    const { approval } = await ask()
    for (const [name, path] of [
      ['one', `/api/approvals/${approval}`],
      ['all', '/api/approvals'],
    ]) {
      const { token } = await platform.identity.mint({ name: `reads-${name}`, kind: 'agent', role: 'viewer' })
      expect(await server.send(path ?? '', { headers: { authorization: `Bearer ${token}` } })).toMatchObject({ status: 200 })
      const reader = await platform.identity.fromToken(token, 'http')
      expect(await platform.taints.originsOf(reader, undefined)).toMatchObject({ '': { trust: 'untrusted' } })
    }
  })
})
