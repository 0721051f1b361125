import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documentsIn, handbook, hits, openRagServer, type RagServer } from './rag-testing.ts'
import type { Answer } from './test-server.ts'

let rag: RagServer
const send: RagServer['send'] = (path, options) => rag.send(path, options)
const sendBytes: RagServer['sendBytes'] = (path, bytes, headers) => rag.sendBytes(path, bytes, headers)
beforeAll(async () => {
  rag = await openRagServer()
  await send('/api/collections/handbook/documents', { body: { documents: handbook, language: 'english' } })
})
afterAll(() => rag.close())

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
