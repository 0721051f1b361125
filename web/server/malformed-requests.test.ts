import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestServer, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']
const paths = [
  '/api/tools/add_numbers',
  '/api/tools/take_note',
  '/api/tools/%00',
  '/agui',
  '/api/runs',
  '/api/runs/x/events',
  '/api/runs/%ff',
  '/api/approvals/x',
  '/api/session',
  '/api/threads/x/messages',
  '/docs/../../package.json',
  '/mcp',
  '/ws',
  '//elsewhere',
  `/?${'a'.repeat(5000)}`,
]
const bodies = [
  undefined,
  '',
  'null',
  '[]',
  '{"a":1,"b":2}',
  '{"a":1e400,"b":-0}',
  '"\\ud800"',
  '{"text":"\\u0000"}',
  '{"text":"\\ud800"}',
  '{"threadId":"t","runId":"r","messages":[{"id":"1","role":"user","content":"\\u0000\\ud800 hi"}]}',
  '{"threadId":"t","runId":"r","messages":[{"id":"1","role":"user","content":[{"type":"image"}]}]}',
  '{"threadId":"t","runId":"r","messages":[],"resume":[{"interruptId":"\\u0000","status":"cancelled"}]}',
  '{"decision":"approve"}',
  '{"token":"\\u0000"}',
  '{"constructor":{"prototype":{}}}',
  '\ufeff{}',
  '[[[[',
]
const headers: readonly Record<string, string>[] = [
  {},
  { 'idempotency-key': 'k' },
  { 'idempotency-key': '\u00ff' },
  { accept: 'application/vnd.ag-ui.event+proto' },
  { accept: ',,,;q=x' },
  { cookie: ';;;=;a' },
  { 'content-type': 'application/json; charset=utf-16' },
  { range: 'bytes=0-1' },
  { expect: '100-continue' },
  { accept: 'text/html' },
]

it('no mixture of odd methods, paths, bodies and headers breaks the server', async () => {
  for (let turn = 0; turn < 600; turn++) {
    // Steps that share no factor with the lengths walk through all pairs.
    const method = methods[turn % methods.length] ?? 'GET'
    const path = paths[(turn * 7) % paths.length] ?? '/'
    const body = bodies[(turn * 5) % bodies.length]
    const answer = await server.send(path, { method, headers: headers[(turn * 3) % headers.length] ?? {}, body })
    expect(answer.status, `${method} ${path} ${body}`).not.toBe(500)
    if (answer.status >= 400 && answer.text.startsWith('{'))
      expect(answer.json).toMatchObject({ status: answer.status, code: expect.any(String) })
  }
  expect(await server.send('/readyz')).toMatchObject({ status: 200 })
})
