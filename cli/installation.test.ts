import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readConfig } from '../config.ts'
import { openEmbedded } from '../platform/database/embedded.ts'
import { lockFolder } from '../platform/folder-lock.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { retrievalChecks } from '../retrieval-checks.ts'
import { createCatalogue } from '../tools/catalogue.ts'
import { checkPipeline } from '../tools/pipelines/check.ts'
import { pipelineSchema } from '../tools/pipelines/spec.ts'
import { openTestServer, type TestServer, terminalToken } from '../web/server/test-server.ts'
import { diagnose, runDoctor } from './doctor.ts'
import { runInit } from './init.ts'
import type { Io } from './io.ts'
import { localTokens, remoteTokens, runToken, type TokenStore } from './token.ts'

function testIo(): Io & { readonly written: { out: string; err: string } } {
  const written = { out: '', err: '' }
  return {
    written,
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    progress: false,
    width: 120,
    signal: new AbortController().signal,
    read: async () => '',
  }
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder.remove())

describe('millrace doctor', () => {
  const find = async (variables: Record<string, string>, check: string) =>
    (await diagnose(readConfig({ MILLRACE_HOME: 'home', ...variables }, folder.path))).find((finding) => finding.check === check)

  it('finds a fresh folder in order, and says who has one that is in use', async () => {
    expect(await find({}, 'data folder')).toMatchObject({ ok: true, found: expect.stringContaining('free') })
    expect(await find({}, 'database')).toMatchObject({ ok: true, found: 'embedded; the first start makes it' })
    const lock = await lockFolder(join(folder.path, 'home'))
    expect(await find({}, 'data folder')).toMatchObject({ ok: true, found: expect.stringContaining(`in use by process ${process.pid}`) })
    await lock.release()
  })

  it('opens an embedded database that is there, and gives it back', async () => {
    const path = join(folder.path, 'home', 'database')
    await (await openEmbedded({ folder: path })).close()
    expect(await find({}, 'database')).toMatchObject({ ok: true, found: expect.stringMatching(/^embedded, Postgres \d+/) })
    await (await lockFolder(join(folder.path, 'home'))).release()
  })

  it('ends with 1 and a fix for a data folder that is a file and a database that is not there', async () => {
    await writeFile(join(folder.path, 'file'), '')
    const io = testIo()
    const config = readConfig({ MILLRACE_HOME: 'file', DATABASE_URL: 'postgres://nobody:x@127.0.0.1:9/none' }, folder.path)
    expect(await runDoctor({ config, io, version: '1.0.0' })).toBe(1)
    expect(io.written.out).toMatch(/FAIL {2}data folder .*\n +→ Give this account the right/)
    expect(io.written.out).toMatch(/FAIL {2}database .*\n +→ Check DATABASE_URL/)
    expect(io.written.out).not.toContain('nobody:x')
  })

  it('gives its findings as JSON', async () => {
    const io = testIo()
    await runDoctor({
      config: readConfig({ MILLRACE_HOME: 'home' }, folder.path),
      io,
      version: '1.0.0',
      argv: ['--json'],
      more: retrievalChecks,
    })
    expect(JSON.parse(io.written.out).findings.map(({ check }: { check: string }) => check)).toEqual(
      expect.arrayContaining(['node', 'data folder', 'disk space', 'database', 'studio', 'model', 'embedder', 'reranker']),
    )
  })
})

describe('millrace init', () => {
  it('makes a project whose pipeline the tools accept', async () => {
    const io = testIo()
    expect(await runInit({ argv: ['churn'], io, folder: folder.path })).toBe(0)
    expect(io.written.out).toContain('cd churn')
    const pipeline = pipelineSchema.parse(JSON.parse(await readFile(join(folder.path, 'churn/pipelines/train.json'), 'utf8')))
    expect(checkPipeline(pipeline, createCatalogue()).map(({ id }) => id)).toEqual(['load', 'train', 'register'])
    const rows = (await readFile(join(folder.path, 'churn/data/tickets.csv'), 'utf8')).trim().split('\n')
    expect(rows).toHaveLength(241)
    const escalated = rows.filter((row) => row.endsWith(',yes')).length
    expect(escalated).toBeGreaterThan(48)
    expect(escalated).toBeLessThan(192)
  })

  it('touches no folder that holds something', async () => {
    await expect(runInit({ argv: ['churn'], io: testIo(), folder: folder.path })).rejects.toMatchObject({ code: 'conflict' })
    await expect(runInit({ argv: ['file'], io: testIo(), folder: folder.path })).rejects.toMatchObject({ code: 'usage' })
    await expect(runInit({ argv: [], io: testIo(), folder: folder.path })).rejects.toMatchObject({ code: 'usage' })
  })
})

describe('millrace token', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openTestServer()
  })
  afterAll(() => server.close())

  const stores: readonly [string, () => TokenStore][] = [
    ['here', () => localTokens(server.millrace.platform.identity, { workspace: 'default', now: () => new Date() })],
    ['in a running server', () => remoteTokens({ url: server.url, token: terminalToken })],
  ]

  it.each(stores)('%s lists and revokes the tokens of another workspace', async (where, open) => {
    const [tokens, making, listing, other] = [open(), testIo(), testIo(), testIo()]
    const workspace = `team-${where.includes('server') ? 'b' : 'a'}`
    expect(await runToken({ argv: ['create', '--name', 'theirs', '--workspace', workspace, '--json'], tokens, io: making })).toBe(0)
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(making.written.out))
    await runToken({ argv: ['list'], tokens, io: other })
    expect(other.written.out).not.toContain(id)
    await runToken({ argv: ['list', '--workspace', workspace], tokens, io: listing })
    expect(listing.written.out).toContain(id)
    expect(await runToken({ argv: ['revoke', id, '--workspace', workspace], tokens, io: testIo() })).toBe(0)
  })

  it.each(stores)('%s makes a token that works until it is revoked, and never shows it again', async (where, open) => {
    const tokens = open()
    const name = `ci ${where}`
    const making = testIo()
    expect(await runToken({ argv: ['create', '--name', name, '--role', 'builder', '--days', '30', '--json'], tokens, io: making })).toBe(0)
    const { id, token } = z.object({ id: z.string(), token: z.string() }).parse(JSON.parse(making.written.out))
    const call = () => server.send('/api/session', { headers: { authorization: `Bearer ${token}` } })
    expect(await call()).toMatchObject({ status: 200, json: { caller: { name, role: 'builder', kind: 'agent' } } })
    const listing = testIo()
    await runToken({ argv: ['list'], tokens, io: listing })
    expect(listing.written.out).toContain(name)
    expect(listing.written.out).not.toContain(token)
    expect(await runToken({ argv: ['revoke', id], tokens, io: testIo() })).toBe(0)
    expect(await call()).toMatchObject({ status: 401 })
  })

  it.each([
    ['create'],
    ['create', '--name', 'x', '--role', 'king'],
    ['create', '--name', 'x', '--days', 'many'],
    ['burn'],
    ['revoke'],
    ['list', '--loud'],
  ])('refuses %s %s %s %s %s', async (...argv) => {
    const [[, open] = ['', () => remoteTokens({ url: server.url, token: '' })]] = stores
    await expect(runToken({ argv, tokens: open(), io: testIo() })).rejects.toMatchObject({ code: 'usage' })
  })
})
