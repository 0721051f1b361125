import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlobFolder } from '../platform/blobs.ts'
import type { Caller } from '../platform/caller.ts'
import type { Egress } from '../platform/egress/egress.ts'
import { type FarEnd, openFarEnd } from '../platform/egress/testing.ts'
import { Fault } from '../platform/fault.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { ingestDataTool } from './ingest-data.ts'
import type { Origin } from './invocation.ts'
import { fetchSource, isRemote, type SourceContext, targetOfSource } from './remote-source.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

const rows = 'id,city\n1,Rome\n2,Paris\n'

describe('a source', () => {
  it.each(['https://a.example/x', 'HTTP://a.example', 'http:/a.example', 'file:///etc/passwd', 'data:text/csv,a', 'ftp://a.example/x'])(
    'is an address: %s',
    (source) => {
      expect(isRemote(source)).toBe(true)
    },
  )

  it.each(['data/x.csv', './a.csv', 'C:\\x.csv', '/srv/x.csv', 'docs/**/*.md', 'notes: today.md', 'data'])('is a path: %s', (source) => {
    expect(isRemote(source)).toBe(false)
    expect(targetOfSource(source)).toBeUndefined()
  })
})

describe('a source fetched again after a crash', () => {
  it('is the one that was journalled, even when its server has gone', async () => {
    const folder = await temporaryFolder()
    const journal = new Map<string, string>()
    const context = (egress: Egress): SourceContext => ({
      egress,
      blobs: openedBlobs,
      signal: new AbortController().signal,
      progress: () => undefined,
      step: async (name, effect) => {
        if (!journal.has(name)) journal.set(name, JSON.stringify(await effect(noDatabase)))
        return JSON.parse(journal.get(name) ?? '')
      },
    })
    const noDatabase = { query: () => Promise.reject(new Error('not used')) }
    const openedBlobs = await openBlobFolder(folder.path)
    const answering: Egress = {
      request: async ({ url }) => ({ status: 200, headers: { 'content-type': 'text/csv; charset=UTF-8' }, body: Buffer.from(rows), url }),
    }
    const gone: Egress = { request: () => Promise.reject(new Fault('unavailable', 'a.example is gone.')) }
    const address = 'https://a.example/files/R%C3%A9sum%C3%A9.csv?page=2&X-Amz-Signature=abc&api_key=abc&monkey=3#x'
    await expect(fetchSource(context(gone), address)).rejects.toMatchObject({ code: 'unavailable' })
    const first = await fetchSource(context(answering), address)
    expect(first).toMatchObject({
      name: 'Résumé.csv',
      url: 'https://a.example/files/R%C3%A9sum%C3%A9.csv?page=2&monkey=3',
      contentType: 'text/csv',
      charset: 'utf-8',
      bytes: rows.length,
    })
    expect(await readFile(first.file, 'utf8')).toBe(rows)
    expect(await fetchSource(context(gone), address)).toEqual(first)
    await folder.remove()
  })
})

describe('ingest_data from an address', () => {
  let far: FarEnd
  let stranger: FarEnd
  let millrace: TestMillrace
  let table = rows
  beforeAll(async () => {
    stranger = await openFarEnd({ '/cities.csv': (_, response) => response.end(rows) })
    far = await openFarEnd({
      '/cities.csv': (_, response) => response.end(table),
      '/export': (_, response) =>
        response.writeHead(200, { 'content-type': 'text/csv; charset=ISO-8859-1' }).end(Buffer.from('a\ncaf\u00e9\n', 'latin1')),
      '/api': (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[{"a": 1}]'),
      '/download': (_, response) =>
        response.writeHead(200, { 'content-disposition': 'attachment; filename="../../etc/My table.csv"' }).end(rows),
      '/login': (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>'),
      '/private': (_, response) => response.writeHead(403).end(),
      '/broken': (_, response) => response.writeHead(503).end(),
      '/elsewhere': (_, response) => response.writeHead(302, { location: `${stranger.url}/cities.csv` }).end(),
    })
    millrace = await openTestMillrace({ tools: [ingestDataTool], egressAllow: [`127.0.0.1:${far.port}`] })
  })
  afterAll(async () => {
    await millrace.close()
    await far.close()
    await stranger.close()
  })
  const ingest = (path: string, more: Record<string, unknown> = {}) =>
    millrace.call('ingest_data', { source: `${far.url}${path}`, ...more })
  const asAgent = (source: string, origins: Readonly<Record<string, Origin>> = {}) => {
    const caller: Caller = { ...millrace.owner, id: 'agent:a', name: 'an agent', kind: 'agent', channel: 'mcp' }
    return millrace.invoke({ tool: 'ingest_data', input: { source }, caller, origins })
  }

  it('names the dataset as a browser would name the file, and leaves nothing but the snapshot and its source', async () => {
    expect(await ingest('/cities.csv?token=hunter2')).toMatchObject({ name: 'cities', version: 1, rows: 2 })
    expect(await ingest('/download')).toMatchObject({ name: 'My-table', rows: 2 })
    expect(await readdir(join(millrace.folder, 'blobs', 'scratch'))).toEqual([])
    const { rows: kept } = await millrace.platform.db.query<{ all: string }>('select string_agg(d::text, $1) as all from datasets d', [' '])
    expect(kept[0]?.all).toContain('/cities.csv')
    expect(kept[0]?.all).not.toContain('hunter2')
  })

  it('goes by the media type and charset where the name says nothing', async () => {
    expect(await ingest('/export')).toMatchObject({ name: 'export', rows: 1, columns: [{ name: 'a', type: 'text' }] })
    expect(await ingest('/api')).toMatchObject({ name: 'api', columns: [{ name: 'a', type: 'integer' }] })
  })

  it('takes a changed table as the next version', async () => {
    expect(await ingest('/cities.csv', { name: 'growing' })).toMatchObject({ version: 1 })
    table = `${rows}3,Oslo\n`
    expect(await ingest('/cities.csv', { name: 'growing' })).toMatchObject({ version: 2, rows: 3 })
  })

  it.each([
    ['/nowhere', 'not_found', /127\.0\.0\.1 answered with status 404/],
    ['/private', 'not_allowed', /status 403.*login/],
    ['/broken', 'unavailable', /status 503/],
    ['/login', 'invalid_input', /a web page instead of a table/],
    ['/elsewhere', 'not_allowed', /127\.0\.0\.1/],
  ])('refuses %s', async (path, code, message) => {
    await expect(ingest(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it.each([
    ['http://127.0.0.1:9/x.csv', 'not_allowed'],
    ['http://169.254.169.254/latest/meta-data', 'not_allowed'],
    ['http://localhost/x.csv', 'not_allowed'],
    ['file:///etc/passwd', 'invalid_input'],
    ['data:text/csv,a', 'invalid_input'],
  ])('does not reach %s, though a person asks', async (source, code) => {
    await expect(millrace.call('ingest_data', { source })).rejects.toMatchObject({ code })
  })

  it('keeps nothing of a call whose address carries a password', async () => {
    const source = 'https://user:swordfish@a.example/x.csv'
    await expect(asAgent(source)).rejects.toMatchObject({ code: 'invalid_input', message: expect.not.stringContaining('swordfish') })
    const { rows: runs } = await millrace.platform.db.query("select id from runs where input::text like '%swordfish%'")
    expect(runs).toEqual([])
  })

  it('waits for a person when an agent names a host that is not listed, and asks nobody in the meantime', async () => {
    const before = stranger.asked.length
    const outcome = await asAgent(`${stranger.url}/cities.csv`)
    if (outcome.kind !== 'waiting') throw new Error(`expected waiting, found ${outcome.kind}`)
    expect(stranger.asked.length).toBe(before)
    expect(await millrace.platform.approvals.get(outcome.approval, 'default')).toMatchObject({
      reason: 'ingest_data sends something out to 127.0.0.1; called by an agent.',
    })
  })

  it('runs for an agent when the host is listed, unless untrusted text shaped the call', async () => {
    const source = `${far.url}/cities.csv`
    expect(await asAgent(source)).toMatchObject({ kind: 'done' })
    const before = far.asked.length
    expect(await asAgent(source, { source: { trust: 'untrusted', source: 'document a.md' } })).toMatchObject({ kind: 'waiting' })
    expect(far.asked.length).toBe(before)
  })

  it('lets a listed host send an agent nowhere that is not listed', async () => {
    const before = stranger.asked.length
    await expect(asAgent(`${far.url}/elsewhere`)).rejects.toMatchObject({
      code: 'not_allowed',
      message: expect.stringMatching(/listed hosts only/),
    })
    expect(stranger.asked.length).toBe(before)
  })
})
