import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documentsIn, handbook, openRagServer, type RagServer } from './rag-testing.ts'
import type { Answer, SendOptions } from './test-server.ts'

let rag: RagServer
const send: RagServer['send'] = (path, options) => rag.send(path, options)
beforeAll(async () => {
  rag = await openRagServer()
})
afterAll(() => rag.close())

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
