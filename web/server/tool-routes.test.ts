import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestServer, type SendOptions, type TestServer } from './test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer({ bodyLimit: 20_000 })
})
afterAll(() => server.close())

const runOf = (json: unknown): string => String(Reflect.get(Object(json), 'run'))

describe('a tool over HTTP', () => {
  it('answers with both halves of its result', async () => {
    const answer = await server.send('/api/tools/add_numbers', { body: { a: 1, b: 2 } })
    expect(answer).toMatchObject({ status: 200, json: { content: '3', data: { sum: 3 } } })
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
  })

  it('is found under the name of its command too', async () => {
    expect(await server.send('/api/tools/add-numbers', { body: { a: 1, b: 2 } })).toMatchObject({ status: 200 })
  })

  it('is described with its schemas and examples', async () => {
    const { json } = await server.send('/api/tools')
    const { json: one } = await server.send('/api/tools/add_numbers')
    expect(one).toMatchObject({
      name: 'add_numbers',
      effect: 'read',
      role: 'viewer',
      durable: false,
      input: {
        type: 'object',
        required: ['a', 'b'],
        additionalProperties: false,
        properties: { a: { type: 'number', description: 'First.' } },
      },
      output: { type: 'object', properties: { sum: { type: 'number' } } },
      examples: [{ says: 'What is 1 and 2?', input: { a: 1, b: 2 } }],
    })
    expect(json).toMatchObject({ tools: expect.arrayContaining([one]) })
  })

  it('that is durable answers with its run, at once when asked not to wait', async () => {
    expect(await server.send('/api/tools/work_long', { body: { steps: 1 } })).toMatchObject({
      status: 200,
      json: { content: 'Worked.', data: { steps: 1 }, run: expect.stringMatching(/^run_/) },
    })
    const answer = await server.send('/api/tools/work_long?wait=0', { body: { steps: 3 } })
    expect(answer).toMatchObject({ status: 202, json: { run: expect.stringMatching(/^run_/) } })
    expect(answer.headers.location).toBe(`/api/runs/${runOf(answer.json)}`)
  })

  it('runs once for one Idempotency-Key, and refuses the key for another call', async () => {
    const headers = { 'idempotency-key': 'note-1' }
    const first = await server.send('/api/tools/take_note', { body: { text: 'x' }, headers })
    const again = await server.send('/api/tools/take_note', { body: { text: 'x' }, headers })
    const other = await server.send('/api/tools/take_note', { body: { text: 'y' }, headers })
    expect(first.status).toBe(200)
    expect(again.json).toEqual(first.json)
    expect(other).toMatchObject({ status: 409, json: { code: 'conflict' } })
  })

  it('says nothing of an unforeseen failure but that there was one', async () => {
    const answer = await server.send('/api/tools/break_down', { body: {} })
    expect(answer).toMatchObject({ status: 500, json: { code: 'internal' } })
    expect(answer.text).not.toContain('hunter2')
  })
})

type Row = readonly [what: string, path: string, options: SendOptions, status: number, code: string]

const rows: readonly Row[] = [
  ['an unknown tool', '/api/tools/add_numbres', { body: {} }, 404, 'not_found'],
  ['an unknown path', '/api/nothing', {}, 404, 'not_found'],
  ['an unknown page that is no page', '/api/tools/add_numbers/more', { headers: { accept: 'text/html' } }, 404, 'not_found'],
  ['a wrong method', '/api/tools/add_numbers', { method: 'DELETE' }, 405, 'usage'],
  ['a wrong method on the list', '/api/tools', { method: 'POST', body: {} }, 405, 'usage'],
  ['a wrong type', '/api/tools/add_numbers', { body: { a: '1', b: 2 } }, 422, 'invalid_input'],
  ['a missing field', '/api/tools/add_numbers', { body: { a: 1 } }, 422, 'invalid_input'],
  ['no body', '/api/tools/add_numbers', { method: 'POST' }, 422, 'invalid_input'],
  ['an extra field', '/api/tools/add_numbers', { body: { a: 1, b: 2, c: 3 } }, 422, 'invalid_input'],
  ['a prototype as a field', '/api/tools/add_numbers', { body: '{"a":1,"b":2,"__proto__":{"admin":true}}' }, 422, 'invalid_input'],
  ['a list for an object', '/api/tools/add_numbers', { body: [1, 2] }, 422, 'invalid_input'],
  ['null for an object', '/api/tools/add_numbers', { body: 'null' }, 422, 'invalid_input'],
  ['a number no JSON has', '/api/tools/add_numbers', { body: '{"a":NaN,"b":1}' }, 400, 'usage'],
  ['a number beyond all bounds', '/api/tools/add_numbers', { body: '{"a":1e999,"b":1}' }, 422, 'invalid_input'],
  ['broken JSON', '/api/tools/add_numbers', { body: '{"a":1,' }, 400, 'usage'],
  ['a form', '/api/tools/add_numbers', { body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 415, 'usage'],
  ['a body over the limit', '/api/tools/add_numbers', { body: { a: 1, b: 2, text: 'x'.repeat(30_000) } }, 413, 'too_large'],
  ['a body far over the limit', '/api/tools/add_numbers', { body: `"${'x'.repeat(300_000)}"` }, 413, 'too_large'],
  ['a bottomless body', '/api/tools/add_numbers', { body: '['.repeat(9000) + ']'.repeat(9000) }, 400, 'usage'],
  ['an unknown query parameter', '/api/tools/add_numbers?wiat=1', { body: { a: 1, b: 2 } }, 400, 'usage'],
  ['a wait that is no number', '/api/tools/add_numbers?wait=soon', { body: { a: 1, b: 2 } }, 400, 'usage'],
  ['a wait below zero', '/api/tools/add_numbers?wait=-1', { body: { a: 1, b: 2 } }, 400, 'usage'],
  ['an empty key', '/api/tools/take_note', { body: { text: 'x' }, headers: { 'idempotency-key': '' } }, 400, 'usage'],
  ['an address that cannot be decoded', '/api/tools/%E0%A4%A', {}, 400, 'usage'],
  ['a path that climbs', '/api/tools/..%2f..%2fetc%2fpasswd', {}, 404, 'not_found'],
  ['an unknown run', '/api/runs/run_nothing', {}, 404, 'not_found'],
  ['events of an unknown run', '/api/runs/run_nothing/events', {}, 404, 'not_found'],
  ['the end of an unknown run', '/api/runs/run_nothing/cancel', { method: 'POST' }, 404, 'not_found'],
  ['runs in no state', '/api/runs?state=lost', {}, 400, 'usage'],
  ['too many runs', '/api/runs?limit=100000', {}, 400, 'usage'],
  ['an unknown approval', '/api/approvals/approval_nothing', {}, 404, 'not_found'],
  ['a decision by a program', '/api/approvals/approval_nothing', { body: { decision: 'approve' } }, 403, 'not_allowed'],
  ['a decision that is none', '/api/approvals/approval_nothing', { body: { decision: 'maybe' } }, 422, 'invalid_input'],
]

describe('a bad request', () => {
  it.each(rows)('%s is answered with a problem that says what to do', async (_, path, options, status, code) => {
    const answer = await server.send(path, options)
    expect(answer).toMatchObject({ status, json: { type: 'about:blank', status, code, detail: expect.stringMatching(/.{20,}/) } })
    expect(answer.headers['content-type']).toBe('application/problem+json')
  })

  it('names every field that is wrong', async () => {
    expect(await server.send('/api/tools/add_numbers', { body: { a: 'x', c: 1 } })).toMatchObject({
      json: { errors: [{ path: 'a' }, { path: 'b' }, { path: '', message: expect.stringContaining("'c'") }] },
    })
  })

  it('names the methods that a path has', async () => {
    expect((await server.send('/api/tools/add_numbers', { method: 'PUT' })).headers.allow).toBe('GET, POST')
  })
})

const naughty: readonly string[] = [
  '',
  'undefined',
  '__proto__',
  "Robert'); drop table runs;--",
  '<script>alert(1)</script>',
  '{{7*7}} #{7*7} %s %n',
  '../../../etc/passwd',
  '田中さんにあげて下さい',
  'Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮',
  '👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
  '\u202Eevil\u202C',
  '\r\nset-cookie: a=b',
  '\u0000',
  '\uD800',
  'null\u0000byte',
  '1e1000',
  '-0',
  ' '.repeat(5000),
]

describe('a naughty string', () => {
  /** What Postgres cannot keep is refused by every tool alike, so that none of them can fail on it later. */
  const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

  it.each(naughty)('%j is said back as it came, or refused because no database could keep it', async (text) => {
    const answer = await server.send('/api/tools/add_numbers', { body: { a: 1, b: 2, text } })
    expect(answer).toMatchObject(
      storable(text) ? { status: 200, json: { data: { text } } } : { status: 422, json: { code: 'invalid_input' } },
    )
  })

  it.each(naughty)('%j in what is written is kept or refused, never a failure of the server', async (text) => {
    const note = await server.send('/api/tools/take_note', { body: { text } })
    const thing = await server.send('/api/tools/delete_thing', { body: { thing: text } })
    expect([200, 422]).toContain(note.status)
    expect([202, 422]).toContain(thing.status)
  })

  it.each(naughty)('%j in a path or a key is answered', async (text) => {
    const path = encodeURIComponent(text.toWellFormed())
    expect([200, 400, 404]).toContain((await server.send(`/api/tools/${path}`)).status)
    expect([200, 404, 422]).toContain((await server.send(`/api/runs/${path}`)).status)
    expect([200, 404, 422]).toContain((await server.send(`/api/threads/${path}/messages`)).status)
  })
})
