import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FarEnd, openFarEnd } from '../platform/egress/testing.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import type { Origin } from './invocation.ts'
import { searchDocumentsTool } from './search-documents.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

const page = (days: number): string =>
  `<html><head><title>Leave</title><script>steal()</script></head><body><h1>Leave</h1><p>Each parent may take ${days} days of paid leave.</p></body></html>`

interface Hits {
  readonly hits: readonly { readonly document: string; readonly title: string; readonly text: string }[]
}

describe('ingest_documents from an address', () => {
  let far: FarEnd
  let millrace: TestMillrace
  let days = 30
  const html = { 'content-type': 'text/html; charset=utf-8' }
  beforeAll(async () => {
    far = await openFarEnd({
      '/leave': (_, response) => response.writeHead(200, html).end(page(days)),
      '/coffee.txt': (_, response) =>
        response
          .writeHead(200, { 'content-type': 'text/plain; charset=iso-8859-1' })
          .end(Buffer.from('The caf\u00e9 opens at nine.', 'latin1')),
      '/notes.jsonl': (_, response) => response.end('{"_id": "n1", "text": "Buy paper."}\n{"_id": "n2", "text": "Sell ink."}\n'),
      '/image': (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 78, 71, 0, 0, 0, 0])),
    })
    millrace = await openTestMillrace({ tools: [ingestDocumentsTool, searchDocumentsTool], egressAllow: [`127.0.0.1:${far.port}`] })
  })
  afterAll(async () => {
    await millrace.close()
    await far.close()
  })
  const ingest = (path: string, collection = 'web') => millrace.call('ingest_documents', { path: `${far.url}${path}`, collection })
  const search = (query: string, collection = 'web') => millrace.call<Hits>('search_documents', { query, collection })

  it('reads a page, known by its address without its keys', async () => {
    expect(await ingest('/leave?lang=en&token=hunter2')).toMatchObject({ documents: 1, added: 1, skipped: 0 })
    const { hits } = await search('paid leave')
    expect(hits[0]).toMatchObject({ document: `${far.url}/leave?lang=en`, title: 'Leave' })
    expect(hits[0]?.text).toContain('30 days')
    expect(hits[0]?.text).not.toContain('steal')
  })

  it('notices whether the page changed', async () => {
    expect(await ingest('/leave?lang=en')).toMatchObject({ added: 0, changed: 0, unchanged: 1 })
    days = 40
    expect(await ingest('/leave?lang=en')).toMatchObject({ changed: 1, unchanged: 0 })
    expect((await search('paid leave')).hits[0]?.text).toContain('40 days')
  })

  it('reads text in the charset that its server names, and lines with ids of their own', async () => {
    await ingest('/coffee.txt', 'others')
    expect((await search('when does the caf\u00e9 open', 'others')).hits[0]).toMatchObject({ text: 'The caf\u00e9 opens at nine.' })
    expect(await ingest('/notes.jsonl', 'others')).toMatchObject({ documents: 2 })
    expect((await search('ink', 'others')).hits[0]).toMatchObject({ document: 'n2' })
  })

  it.each([
    ['/nowhere', 'not_found', /status 404/],
    ['/image', 'invalid_input', /127\.0\.0\.1/],
  ])('refuses %s', async (path, code, message) => {
    await expect(ingest(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it.each([
    ['http://127.0.0.1:1/', 'not_allowed'],
    ['https://user:swordfish@a.example/', 'invalid_input'],
    ['file:///etc/hostname', 'invalid_input'],
  ])('does not read %s', async (path, code) => {
    await expect(millrace.call('ingest_documents', { path, collection: 'web' })).rejects.toMatchObject({ code })
  })

  it('waits for a person when an agent calls, unless the host is listed and nothing untrusted chose it', async () => {
    const caller = { ...millrace.owner, id: 'agent:a', kind: 'agent', channel: 'mcp' } as const
    const as = (path: string, origins: Readonly<Record<string, Origin>> = {}) =>
      millrace.invoke({ tool: 'ingest_documents', input: { path, collection: 'web' }, caller, origins })
    expect(await as('https://a.example/leave')).toMatchObject({ kind: 'waiting' })
    expect(await as(`${far.url}/leave`)).toMatchObject({ kind: 'done' })
    expect(await as(`${far.url}/leave`, { path: { trust: 'untrusted', source: 'document a.md' } })).toMatchObject({ kind: 'waiting' })
  })
})
