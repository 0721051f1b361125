import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { newId } from '../../platform/id.ts'
import { openTestDatabase } from '../../platform/testing/harness.ts'
import type { Generator } from '../../rag/answers/generator.ts'
import { createAnswerStore } from '../../rag/answers/store.ts'
import { addDocumentsTool } from '../../tools/add-documents.ts'
import { askDocumentsTool } from '../../tools/ask-documents.ts'
import { deleteDocumentsTool } from '../../tools/delete-documents.ts'
import { exportCollectionTool } from '../../tools/export-collection.ts'
import { getDocumentTool } from '../../tools/get-document.ts'
import { importCollectionTool } from '../../tools/import-collection.ts'
import { listCollectionsTool } from '../../tools/list-collections.ts'
import { listDocumentsTool } from '../../tools/list-documents.ts'
import { recordFeedbackTool } from '../../tools/record-feedback.ts'
import { searchDocumentsTool } from '../../tools/search-documents.ts'
import { type Answer, openTestServer, type SendOptions, type TestServer } from './test-server.ts'

/** The hosted model: says what a passage says, in pieces, or breaks off where the question wants it. */
const generator: Generator = {
  name: 'scripted',
  async *generate({ user }, signal) {
    if (user.includes('strange')) throw new Fault('unavailable', 'The model cannot be reached.')
    for (const piece of ['Each parent may take ', '30 days of paid leave', ' [1]', '.']) {
      signal.throwIfAborted()
      yield piece
    }
  },
}

const tools = [
  addDocumentsTool,
  askDocumentsTool,
  deleteDocumentsTool,
  exportCollectionTool,
  getDocumentTool,
  importCollectionTool,
  listCollectionsTool,
  listDocumentsTool,
  recordFeedbackTool,
  searchDocumentsTool,
]

let server: TestServer
beforeAll(async () => {
  const db = await openTestDatabase()
  const log = { error: (fields: object, message: string) => console.error(message, fields) }
  const ports = { generator, answers: createAnswerStore({ db, now: () => new Date(), newId, log }) }
  server = await openTestServer({ tools, db, ports, auth: 'token', uploadLimit: 2_000_000, bodyLimit: 200_000 })
})
afterAll(() => server.close())

const tokens = new Map<string, string>()
/** As somebody with a token of this role. */
async function as(role: 'viewer' | 'builder' | 'admin', name: string = role): Promise<Readonly<Record<string, string>>> {
  const token = tokens.get(name) ?? (await server.millrace.platform.identity.mint({ name, kind: 'person', role })).token
  tokens.set(name, token)
  return { authorization: `Bearer ${token}` }
}

async function send(path: string, options: SendOptions & { readonly as?: 'viewer' | 'builder' | 'admin' } = {}): Promise<Answer> {
  const { as: role = 'admin', headers, ...rest } = options
  return server.send(path, { ...rest, headers: { ...(await as(role)), ...headers } })
}

/** Bytes out and in; what `send` does with text. */
async function sendBytes(
  path: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer & { readonly bytes: Buffer }> {
  const all = { ...(await as('admin')), ...headers }
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${path}`, { method: bytes.length === 0 ? 'GET' : 'POST', headers: all, agent: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk: Buffer) => chunks.push(chunk))
      res.on('end', () => {
        const got = Buffer.concat(chunks)
        const text = got.toString()
        resolve({
          status: res.statusCode ?? 0,
          headers: res.headers,
          bytes: got,
          text,
          json: text.startsWith('{') ? JSON.parse(text) : undefined,
        })
      })
    })
    sent.on('error', reject)
    sent.end(bytes)
  })
}

const handbook = [
  {
    _id: 'guides/leave.md',
    title: 'Leave',
    format: 'markdown',
    text: '# Leave\n\nEach parent may take 30 days of paid leave.\n',
    metadata: { topic: 'people' },
  },
  { _id: 'travel', title: 'Travel', text: 'Flights are booked by the office in Lisbon.', metadata: { topic: 'money' } },
  { _id: 'späße 🙂?#&', title: 'Fun', format: 'html', text: '<p>The summer party is in the <b>harbour</b>.</p><script>x</script>' },
  { _id: 'secret', title: 'Salaries', text: 'The salary of the captain is nine anchors.', readers: ['role:admin'] },
]
const hits = z.object({ hits: z.array(z.object({ document: z.string(), text: z.string() })) })
const documentsIn = (answer: Answer): readonly string[] => hits.parse(answer.json).hits.map(({ document }) => document)

describe('collections and documents over HTTP', () => {
  it('take documents as JSON, and give them back', async () => {
    const added = await send('/api/collections/handbook/documents', { body: { documents: handbook, language: 'english' } })
    expect(added).toMatchObject({ status: 200, json: { collection: 'handbook', documents: 4, added: 4, skipped: 0 } })
    expect(await send('/api/collections')).toMatchObject({ status: 200, json: { collections: [{ collection: 'handbook', documents: 4 }] } })
    expect(await send('/api/collections/handbook')).toMatchObject({ status: 200, json: { collection: 'handbook', documents: 4 } })
    const one = await send(`/api/collections/handbook/documents/${encodeURIComponent('guides/leave.md')}`)
    expect(one).toMatchObject({
      status: 200,
      json: { document: 'guides/leave.md', text: expect.stringContaining('30 days'), metadata: { topic: 'people' } },
    })
    expect(await send(`/api/collections/handbook/documents/${encodeURIComponent('späße 🙂?#&')}?length=10`)).toMatchObject({
      json: { text: 'The summer' },
    })
  })

  it('list a page at a time, below a prefix, and only what the caller may read', async () => {
    const ids = (answer: Answer): readonly string[] =>
      z
        .object({ documents: z.array(z.object({ document: z.string() })) })
        .parse(answer.json)
        .documents.map(({ document }) => document)
    const all = ids(await send('/api/collections/handbook/documents'))
    expect(all.toSorted()).toEqual(handbook.map(({ _id }) => _id).toSorted())
    const first = await send('/api/collections/handbook/documents?limit=3')
    expect(ids(first)).toEqual(all.slice(0, 3))
    const { next } = z.object({ next: z.string() }).parse(first.json)
    const last = await send(`/api/collections/handbook/documents?after=${encodeURIComponent(next)}`)
    expect(ids(last)).toEqual(all.slice(3))
    expect(last.json).not.toHaveProperty('next')
    expect(ids(await send('/api/collections/handbook/documents?prefix=guides/'))).toEqual(['guides/leave.md'])
    expect(ids(await send('/api/collections/handbook/documents', { as: 'viewer' }))).toEqual(all.filter((id) => id !== 'secret'))
  })

  it('search one or all of them, with a filter, as the caller may', async () => {
    expect(documentsIn(await send('/api/collections/handbook/search', { body: { query: 'paid leave' } }))[0]).toBe('guides/leave.md')
    expect(documentsIn(await send('/api/search', { body: { query: 'flights leave', filter: { topic: 'money' } } }))).toEqual(['travel'])
    expect(documentsIn(await send('/api/search', { body: { query: 'salary of the captain' } }))[0]).toBe('secret')
    expect(documentsIn(await send('/api/search', { as: 'viewer', body: { query: 'salary of the captain' } }))).not.toContain('secret')
    const hidden = await send('/api/collections/handbook/documents/secret', { as: 'viewer' })
    expect(hidden).toMatchObject({ status: 404, json: { code: 'not_found' } })
    expect(hidden.text).not.toContain('anchors')
  })

  it('add once for one Idempotency-Key, and refuse the key for other documents', async () => {
    const headers = { 'idempotency-key': 'add-1' }
    const documents = [{ _id: 'once', text: 'Only once, please.' }]
    const first = await send('/api/collections/keyed/documents', { headers, body: { documents } })
    const again = await send('/api/collections/keyed/documents', { headers, body: { documents } })
    expect(first).toMatchObject({ status: 200, json: { added: 1 } })
    expect(again.json).toEqual(first.json)
    expect(again.headers['content-location']).toBe(first.headers['content-location'])
    const other = await send('/api/collections/keyed/documents', { headers, body: { documents: [{ _id: 'once', text: 'Twice?' }] } })
    expect(other).toMatchObject({ status: 409, json: { code: 'conflict' } })
  })

  it('keep what was there when more is added', async () => {
    await send('/api/collections/keyed/documents', { body: { documents: [{ _id: 'second', text: 'Another one joins it.' }] } })
    expect(await send('/api/collections/keyed')).toMatchObject({ json: { documents: 2 } })
  })

  it('answer with the run when asked not to wait', async () => {
    const answer = await send('/api/collections/keyed/documents?wait=0', { body: { documents: [{ _id: 'third', text: 'Later.' }] } })
    expect(answer).toMatchObject({ status: 202, json: { run: expect.stringMatching(/^run_/) } })
    expect(answer.headers.location).toMatch(/^\/api\/runs\/run_/)
  })

  it('delete only once a person has agreed', async () => {
    expect(await send('/api/collections/keyed/documents/once', { method: 'DELETE' })).toMatchObject({
      status: 202,
      json: { approval: expect.any(String) },
    })
    const whole = await send('/api/collections/keyed', { method: 'DELETE' })
    expect(whole).toMatchObject({ status: 202, json: { approval: expect.any(String), run: expect.any(String) } })
    expect(await send('/api/collections/keyed')).toMatchObject({ status: 200 })
  })
})

describe('a file over HTTP', () => {
  it('becomes a document by its name and type', async () => {
    const html =
      '<html><head><title>Dogs</title><script>alert(1)</script></head><body><h1>Dogs</h1><p>Dogs are welcome on Fridays.</p></body></html>'
    const sent = await sendBytes('/api/collections/files/documents?name=pets%2Fdogs.html', Buffer.from(html), {
      'content-type': 'text/html; charset=utf-8',
    })
    expect(sent).toMatchObject({ status: 200, json: { documents: 1, added: 1 } })
    const text = await sendBytes('/api/collections/files/documents', Buffer.from('Cats sleep in the engine room.'), {
      'content-type': 'text/plain',
      'content-disposition': `attachment; filename="x.txt"; filename*=UTF-8''k%C3%A4tzchen.txt`,
    })
    expect(text).toMatchObject({ status: 200, json: { added: 1 } })
    const found = await send('/api/collections/files/search', { body: { query: 'dogs fridays' } })
    expect(hits.parse(found.json).hits[0]).toMatchObject({
      document: 'pets/dogs.html',
      text: expect.stringContaining('welcome on Fridays'),
    })
    expect(found.text).not.toContain('alert')
    expect(await send(`/api/collections/files/documents/${encodeURIComponent('kätzchen.txt')}`)).toMatchObject({
      json: { text: 'Cats sleep in the engine room.' },
    })
  })

  it('of lines brings all its documents, for its readers', async () => {
    const lines = ['a', 'b'].map((id) => JSON.stringify({ _id: id, text: `Letter ${id} is sealed.` })).join('\n')
    const sent = await sendBytes('/api/collections/letters/documents?name=letters.jsonl&readers=role:admin', Buffer.from(lines))
    expect(sent).toMatchObject({ status: 200, json: { documents: 2 } })
    expect(documentsIn(await send('/api/collections/letters/search', { body: { query: 'sealed letter' } })).toSorted()).toEqual(['a', 'b'])
    expect(documentsIn(await send('/api/collections/letters/search', { as: 'builder', body: { query: 'sealed letter' } }))).toEqual([])
  })

  it('can be named to a tool only by who sent it', async () => {
    const sent = await sendBytes('/api/collections/letters/documents?name=mine.txt', Buffer.from('My own words.'))
    const [run = ''] = /run_\w+/.exec(String(sent.headers['content-location'])) ?? []
    const { input } = z
      .object({ input: z.object({ upload: z.object({ digest: z.string() }) }) })
      .parse((await send(`/api/runs/${run}`)).json)
    const stolen = { collection: 'stolen', upload: { digest: input.upload.digest, name: 'mine.txt' } }
    expect(await send('/api/tools/add_documents', { as: 'builder', body: stolen })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    })
    expect(await send('/api/tools/import_collection', { as: 'builder', body: { upload: input.upload.digest } })).toMatchObject({
      status: 404,
    })
  })

  it('or a text is shown in its run to its caller and administrators only', async () => {
    const documents = [{ _id: 'x', text: 'Whispered.', readers: ['role:admin'] }]
    const added = await send('/api/tools/add_documents', { body: { collection: 'letters', documents } })
    const { run } = z.object({ run: z.string() }).parse(added.json)
    expect((await send(`/api/runs/${run}`)).text).toContain('Whispered')
    for (const path of [`/api/runs/${run}`, '/api/runs?limit=500', `/api/runs/${run}/events`]) {
      const seen = await send(path, { as: 'builder' })
      expect(seen.text).toContain(run)
      expect(seen.text).not.toContain('Whispered')
    }
  })

  it('that cannot be read is refused with the reason', async () => {
    const refused = async (path: string, bytes: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
      (await sendBytes(path, bytes, headers)).status
    const to = '/api/collections/refused/documents'
    expect(await refused(`${to}?name=x.pdf`, Buffer.from('%PDF-1.7 not really'))).toBe(422)
    expect(await refused(`${to}?name=x.docx`, Buffer.from('PK\u0003\u0004 not really'))).toBe(422)
    expect(await refused(`${to}?name=x.txt`, Buffer.from('   '))).toBe(422)
    expect(await refused(`${to}?name=x.txt`, Buffer.alloc(2_000_001, 'x'))).toBe(413)
    expect(await refused(`${to}?name=x.txt`, gzipSync('x'), { 'content-encoding': 'gzip' })).toBe(415)
    expect(await refused(`${to}?name=x.txt`, Buffer.from('x'), { 'content-type': 'multipart/form-data; boundary=x' })).toBe(415)
    expect(await refused(to, Buffer.from('x'), { 'content-type': 'text/plain' })).toBe(400)
    expect(await refused(`${to}?name=${'x'.repeat(500)}`, Buffer.from('x'))).toBe(422)
    expect(await refused(`${to}?name=a%00b`, Buffer.from('x'))).toBe(422)
    expect(await refused(`${to}?name=`, Buffer.from('x'))).toBe(422)
    expect(await send('/api/collections/refused')).toMatchObject({ status: 404 })
  })

  it('is not taken from who may not add documents', async () => {
    const answer = await send('/api/collections/handbook/documents?name=x.txt', { as: 'viewer', body: 'x' })
    expect(answer).toMatchObject({ status: 403, json: { code: 'not_allowed' } })
  })
})

const streamedEvent = z.object({ text: z.string().optional(), answer: z.string().optional() }).loose()
const eventsIn = ({ text }: Answer): readonly { readonly type: string; readonly data: z.output<typeof streamedEvent> }[] =>
  [...text.matchAll(/event: (\w+)\ndata: (.*)\n\n/g)].map(([, type = '', data = '']) => ({
    type,
    data: streamedEvent.parse(JSON.parse(data)),
  }))

describe('a question over HTTP', () => {
  const question = 'How many days of paid leave may a parent take?'

  it('is answered as JSON', async () => {
    const one = await send('/api/collections/handbook/ask', { body: { question } })
    expect(one).toMatchObject({ status: 200, json: { abstained: false, answer: expect.stringContaining('30 days') } })
    expect((await send('/api/ask', { body: { question } })).json).toMatchObject({ abstained: false })
  })

  it('is answered as a stream of events that ends with the answer', async () => {
    const answer = await send('/api/collections/handbook/ask', {
      headers: { accept: 'text/event-stream' },
      body: { question, fresh: true },
    })
    expect(answer.headers['content-type']).toBe('text/event-stream')
    const events = eventsIn(answer)
    expect(events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual(['passages', 'text', 'answer'])
    expect(events.at(-1)?.data).toMatchObject({ abstained: false, answer: expect.stringContaining('30 days'), answered_by: 'model' })
    const said = events.flatMap(({ type, data }) => (type === 'text' ? [data.text] : [])).join('')
    expect(said).toBe(events.at(-1)?.data.answer)
    const whole = await send('/api/collections/handbook/ask', { body: { question } })
    expect({ ...events.at(-1)?.data, answer_id: '', cached: true }).toEqual({ ...Object(whole.json), answer_id: '', cached: true })
  })

  it('is rated by its id, and only where there was such an answer', async () => {
    const { answer_id: id } = z.object({ answer_id: z.string() }).parse((await send('/api/ask', { body: { question } })).json)
    const rated = await send(`/api/answers/${id}/feedback`, { as: 'viewer', body: { rating: 'up', comment: 'Right.' } })
    expect(rated).toMatchObject({ status: 200, json: { answer: id, rating: 'up' } })
    expect(await send('/api/answers/answer_nothing/feedback', { body: { rating: 'up' } })).toMatchObject({ status: 404 })
    expect(await send(`/api/answers/${id}/feedback`, { body: { rating: 'meh' } })).toMatchObject({ status: 422 })
    expect(await send(`/api/answers/${id}/feedback`, { body: { rating: 'up', answer: 'another' } })).toMatchObject({ status: 400 })
    expect(await send('/api/answers/%00/feedback', { body: { rating: 'up' } })).toMatchObject({ status: 422 })
  })

  it('ends when its asker hangs up', async () => {
    const asked = new AbortController()
    const stream = await fetch(`${server.url}/api/ask`, {
      method: 'POST',
      signal: asked.signal,
      headers: { ...(await as('admin')), accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'Who books flights to Lisbon?', fresh: true }),
    })
    asked.abort()
    await stream.text().catch(() => undefined)
    expect(await send('/healthz')).toMatchObject({ status: 200 })
  })

  it('that cannot be asked is a problem, not a stream', async () => {
    const headers = { accept: 'text/event-stream' }
    expect(await send('/api/ask', { headers, body: {} })).toMatchObject({ status: 422, json: { code: 'invalid_input' } })
    expect(await send('/api/collections/nothing/ask', { headers, body: { question } })).toMatchObject({
      status: 404,
      json: { code: 'not_found' },
    })
  })
})

describe('a collection over HTTP', () => {
  it('goes out as a file and comes in again with the same search results', async () => {
    const file = await sendBytes('/api/collections/handbook/export', new Uint8Array())
    expect(file).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/gzip', 'content-disposition': expect.stringContaining('handbook.jsonl.gz') },
    })
    expect(await sendBytes('/api/collections/import', file.bytes)).toMatchObject({ status: 409, json: { code: 'conflict' } })
    const headers = { 'idempotency-key': 'import-1' }
    const made = await sendBytes('/api/collections/import?collection=copy%20of%20it', file.bytes, headers)
    expect(made).toMatchObject({ status: 200, json: { collection: 'copy of it', documents: 4 } })
    expect((await sendBytes('/api/collections/import?collection=copy%20of%20it', file.bytes, headers)).json).toEqual(made.json)
    for (const query of ['paid leave', 'harbour party', 'captain', 'office']) {
      const [there, here] = await Promise.all(
        ['copy of it', 'handbook'].map((name) => send(`/api/collections/${encodeURIComponent(name)}/search`, { body: { query } })),
      )
      expect(there?.json).toEqual(JSON.parse((here?.text ?? '').replaceAll('"collection":"handbook"', '"collection":"copy of it"')))
    }
    expect(
      documentsIn(await send('/api/collections/copy%20of%20it/search', { as: 'viewer', body: { query: 'salary captain' } })),
    ).not.toContain('secret')
  })

  it('goes out later from the run that exported it, for who called that run', async () => {
    const started = await send('/api/tools/export_collection', { body: { collection: 'handbook' } })
    const { data } = z.object({ data: z.object({ download: z.string(), digest: z.string(), bytes: z.number() }) }).parse(started.json)
    const file = await sendBytes(data.download, new Uint8Array())
    expect(file.bytes.length).toBe(data.bytes)
    const again = { collection: 'by digest', upload: data.digest }
    expect(await send('/api/tools/import_collection', { as: 'builder', body: again })).toMatchObject({ status: 404 })
    expect(await send('/api/tools/import_collection', { body: again })).toMatchObject({ status: 200, json: { data: { documents: 4 } } })
    expect(await send(data.download, { as: 'builder' })).toMatchObject({ status: 404, json: { code: 'not_found' } })
    expect(await send(data.download.replace('handbook', 'letters'))).toMatchObject({ status: 404 })
  })

  it('goes out only to who may read all of it', async () => {
    expect(await send('/api/collections/handbook/export', { as: 'builder' })).toMatchObject({ status: 403, json: { code: 'not_allowed' } })
    expect(await send('/api/collections/handbook/export', { as: 'viewer' })).toMatchObject({ status: 403 })
  })

  it('does not come in from a file that is none', async () => {
    const refused = async (bytes: Uint8Array): Promise<Answer> => sendBytes('/api/collections/import?collection=bad', bytes)
    expect(await refused(Buffer.from('hello'))).toMatchObject({ status: 422, json: { code: 'invalid_input' } })
    expect(await refused(gzipSync('{"kind":"header"}\n'))).toMatchObject({ status: 422 })
    expect(await refused(gzipSync(Buffer.alloc(70 * 1024 * 1024, ' ')))).toMatchObject({ status: 413, json: { code: 'too_large' } })
    expect(await sendBytes('/api/collections/import', Buffer.alloc(2_000_001))).toMatchObject({ status: 413 })
    expect(await send('/api/collections/import', { as: 'viewer', body: 'x' })).toMatchObject({ status: 403 })
    expect(await send('/api/collections/bad')).toMatchObject({ status: 404 })
  })
})

type Row = readonly [what: string, path: string, options: SendOptions, status: number]
const rows: readonly Row[] = [
  ['a path that climbs', '/api/collections/..%2f..%2fetc', {}, 404],
  ['a name with a NUL', '/api/collections/a%00b/documents', {}, 422],
  ['a name that is too long', `/api/collections/${'x'.repeat(5000)}/documents`, {}, 422],
  ['a hidden name', '/api/collections/.import%20run_1/documents', {}, 422],
  ['an id with a NUL', '/api/collections/handbook/documents/a%00b', {}, 422],
  ['an id that is too long', `/api/collections/handbook/documents/${'x'.repeat(600)}`, {}, 422],
  ['an id that is unknown', '/api/collections/handbook/documents/%2e%2e%2fpasswd', {}, 404],
  ['an address that cannot be decoded', '/api/collections/%E0%A4%A/documents', {}, 400],
  ['a query parameter that is unknown', '/api/collections/handbook/documents?limt=3', {}, 400],
  ['a limit that is no number', '/api/collections/handbook/documents?limit=many', {}, 422],
  ['a limit beyond all bounds', '/api/collections/handbook/documents?limit=1e9', {}, 422],
  ['another collection in the body', '/api/collections/handbook/search', { body: { query: 'x', collection: 'other' } }, 400],
  ['a body that is a list', '/api/collections/handbook/search', { body: [] }, 422],
  ['a body that is no JSON', '/api/search', { body: '{' }, 400],
  ['documents without text', '/api/collections/handbook/documents', { body: { documents: [{ _id: '1' }] } }, 422],
  ['documents with a NUL', '/api/collections/handbook/documents', { body: { documents: [{ _id: '1', text: '\0' }] } }, 422],
  ['no documents', '/api/collections/handbook/documents', { body: { documents: [] } }, 422],
  [
    'too many bytes of documents',
    '/api/collections/handbook/documents',
    { body: { documents: [{ _id: '1', text: 'x'.repeat(200_000) }] } },
    413,
  ],
  ['a wrong method', '/api/collections/handbook', { method: 'PUT' }, 405],
  ['a wrong method for documents', '/api/collections/handbook/documents', { method: 'PATCH' }, 405],
  ['a look at the head of an export', '/api/collections/handbook/export', { method: 'HEAD' }, 405],
  ['a foreign page', '/api/collections/handbook/documents', { headers: { origin: 'https://evil.example' }, body: { documents: [] } }, 403],
  ['an export of what is not there', '/api/collections/nothing/export', {}, 404],
  ['an export of an unknown run', '/api/collections/handbook/export?run=run_x', {}, 404],
]

describe('a bad request for a collection', () => {
  it.each(rows)('%s is answered with a problem', async (_, path, options, status) => {
    const answer = await send(path, options)
    expect(answer.status).toBe(status)
    if (options.method !== 'HEAD')
      expect(answer.json).toMatchObject({ type: 'about:blank', status, detail: expect.stringMatching(/.{20,}/) })
  })

  it('is described in the OpenAPI document, with the schemas of the tools', async () => {
    const { json } = await send('/openapi.json')
    const { paths } = z.object({ paths: z.record(z.string(), z.unknown()) }).parse(json)
    expect(paths).toMatchObject({
      '/api/collections/{name}/documents': { get: { operationId: 'getDocuments' }, post: { operationId: 'addDocuments' } },
      '/api/collections/{name}/search': { post: { requestBody: { content: { 'application/json': { schema: { required: ['query'] } } } } } },
      '/api/ask': { post: { responses: { 200: { content: { 'text/event-stream': {} } } } } },
      '/api/collections/import': { post: {} },
    })
  })
})
