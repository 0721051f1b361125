import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { Client, type ReadResourceResult } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { relayMcpStdio } from './stdio-relay.ts'
import { createStdioWire } from './stdio-wire.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

interface Connection {
  listResources(params?: { cursor?: string }): Promise<{ resources: { uri: string }[]; nextCursor?: string | undefined }>
  readResource(params: { uri: string }): Promise<Pick<ReadResourceResult, 'contents'>>
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>
  listPrompts(): Promise<{ prompts: { name: string }[] }>
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<{ messages: { content: unknown }[] }>
  complete(
    params: Parameters<Client['complete']>[0],
  ): Promise<{ completion: { values: string[]; total?: number | undefined; hasMore?: boolean | undefined } }>
  close(): Promise<void>
}

const documents = Array.from({ length: 130 }, (_, index) => ({
  _id: `${index === 7 ? 'guide/seven.md' : `note-${String(index).padStart(3, '0')}`}`,
  title: `Note ${index}`,
  text: `The tide of day ${index} was high.`,
}))

describe('resources, prompts and completion', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace()
    const rows = Array.from({ length: 40 }, (_, index) => `${index},${index % 3},${index % 2 === 0 ? 'yes' : 'no'}`)
    await writeFile(join(millrace.folder, 'tides.csv'), ['day,height,flood', ...rows].join('\n'))
    await millrace.call('ingest_data', { source: join(millrace.folder, 'tides.csv'), name: 'tides' })
    for (const half of [documents.slice(0, 65), documents.slice(65)])
      await millrace.call('add_documents', { collection: 'notes', documents: half })
    await millrace.call('add_documents', { collection: 'board', documents: [{ _id: 'secret', title: 'Secret', text: 'Nobody knows.' }] })
    await millrace.call('set_document_readers', { collection: 'board', documents: ['secret'], readers: ['role:operator'] })
    mcp = await openTestMcp(millrace)
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })

  const old = async (): Promise<Connection> => {
    const client = new OldClient({ name: 'test', version: '1' })
    await client.connect(new OldHttpTransport(mcp.url))
    return client
  }
  const relayed = async (mode: 'auto' | 'legacy'): Promise<Connection> => {
    const [input, output] = [new PassThrough(), new PassThrough()]
    void relayMcpStdio({ url: mcp.url.href, token: 'admin', input, output, warn: () => undefined })
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(createStdioWire({ input: output, output: input }))
    return client
  }
  const clients: Readonly<Record<string, () => Promise<Connection>>> = {
    'a 2026-07-28 client': () => mcp.client('auto'),
    'a 2025 client': () => mcp.client('legacy'),
    'a client of the old package': old,
    'a 2026-07-28 client on stdio beside a running server': () => relayed('auto'),
    'a 2025 client on stdio beside a running server': () => relayed('legacy'),
  }

  describe.each(Object.entries(clients))('for %s', (_name, connect) => {
    let client: Connection
    beforeAll(async () => {
      client = await connect()
    })
    afterAll(() => client.close())

    it('lists everything once, over as many pages as it takes', async () => {
      const uris: string[] = []
      let pages = 0
      for (let cursor: string | undefined; pages === 0 || cursor !== undefined; pages++) {
        const page: Awaited<ReturnType<Connection['listResources']>> = await client.listResources(cursor === undefined ? {} : { cursor })
        uris.push(...page.resources.map(({ uri }) => uri))
        cursor = page.nextCursor
      }
      expect(new Set(uris).size).toBe(uris.length)
      expect(uris).toContain('millrace://dataset/tides')
      expect(uris).toContain('millrace://collection/notes')
      expect(uris).toContain('millrace://document/notes/guide%2Fseven.md')
      expect(uris.filter((uri) => uri.startsWith('millrace://document/notes/'))).toHaveLength(130)
      const { resourceTemplates } = await client.listResourceTemplates()
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toContain('millrace://document/{collection}/{document}')
    })

    it('reads a dataset as its profile, and a document as its text, marked as untrusted', async () => {
      const { contents } = await client.readResource({ uri: 'millrace://dataset/tides' })
      expect(contents).toMatchObject([{ uri: 'millrace://dataset/tides', mimeType: 'application/json' }])
      expect(JSON.stringify(contents)).toContain('height')
      expect((await client.readResource({ uri: 'millrace://document/notes/guide%2Fseven.md' })).contents).toMatchObject([
        { mimeType: 'text/markdown', text: 'The tide of day 7 was high.', _meta: { 'millrace/untrusted': true } },
      ])
    })

    it.each([
      'millrace://dataset/ebbs',
      'millrace://model/none',
      'millrace://run/run_none',
      'millrace://report/run_none',
      'millrace://document/notes/none',
      'millrace://document/none/none',
      'millrace://dataset/%zz',
      'millrace://planet/mars',
      'file:///etc/passwd',
    ])('says of %s that there is no such resource', async (uri) => {
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: expect.toBeOneOf([-32_002, -32_602]) })
    })

    it('refuses a cursor that it did not make', async () => {
      await expect(client.listResources({ cursor: 'bm90aGluZw' })).rejects.toMatchObject({ code: -32_602 })
    })

    it('offers the common jobs, filled in', async () => {
      const { prompts } = await client.listPrompts()
      expect(prompts.map(({ name }) => name)).toEqual([
        'train_and_compare',
        'drift_report',
        'ask_with_citations',
        'promote_safely',
        'look_at_data',
      ])
      const { messages } = await client.getPrompt({ name: 'train_and_compare', arguments: { dataset: 'tides', target: 'flood' } })
      expect(JSON.stringify(messages)).toContain("predict 'flood' from the dataset 'tides'")
      expect(messages.map(({ content }) => content)).toContainEqual(expect.objectContaining({ uri: 'millrace://dataset/tides' }))
      await expect(client.getPrompt({ name: 'train_and_compare', arguments: { dataset: 'tides' } })).rejects.toThrow(/needs target/)
      await expect(client.getPrompt({ name: 'sing' })).rejects.toThrow(/There is no prompt 'sing'/)
    })

    it('completes arguments and variables from the names of the workspace', async () => {
      const of = async (name: string, argument: { name: string; value: string }, known?: Record<string, string>) => {
        const ref = { type: 'ref/prompt' as const, name }
        return (await client.complete({ ref, argument, ...(known ? { context: { arguments: known } } : {}) })).completion.values
      }
      expect(await of('train_and_compare', { name: 'dataset', value: 't' })).toEqual(['tides'])
      expect(await of('train_and_compare', { name: 'target', value: 'H' }, { dataset: 'tides' })).toEqual(['height'])
      expect(await of('drift_report', { name: 'model', value: '' })).toEqual([])
      expect(await of('train_and_compare', { name: 'metric', value: 'r' })).toEqual([])
      const ref = { type: 'ref/resource' as const, uri: 'millrace://document/{collection}/{document}' }
      const { completion } = await client.complete({
        ref,
        argument: { name: 'document', value: 'note-' },
        context: { arguments: { collection: 'notes' } },
      })
      expect(completion).toMatchObject({ values: expect.arrayContaining(['note-000']), hasMore: false })
      await expect(of('train_and_compare', { name: 'colour', value: '' })).rejects.toMatchObject({ code: -32_602 })
    })
  })

  it('shows a document to its readers only, whichever way it is looked for', async () => {
    const viewer = { role: 'viewer' } as const
    const uri = 'millrace://document/board/secret'
    expect((await mcp.ask('resources/read', { uri })).result).toMatchObject({ contents: [{ text: 'Nobody knows.' }] })
    expect((await mcp.ask('resources/read', { uri }, viewer)).error).toMatchObject({ code: -32_602 })
    const completion = await mcp.ask(
      'completion/complete',
      {
        ref: { type: 'ref/resource', uri: 'millrace://document/{collection}/{document}' },
        argument: { name: 'document', value: '' },
        context: { arguments: { collection: 'board' } },
      },
      viewer,
    )
    expect(completion.result).toMatchObject({ completion: { values: [] } })
    const client = await mcp.client('auto', viewer)
    let uris: string[] = []
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page: Awaited<ReturnType<Client['listResources']>> = await client.listResources(cursor === undefined ? {} : { cursor })
      uris = [...uris, ...page.resources.map((one) => one.uri)]
      cursor = page.nextCursor
    }
    expect(uris).toContain('millrace://document/notes/note-000')
    expect(uris).not.toContain(uri)
    await client.close()
  })

  it('offers a viewer no job whose tools a viewer may not call', async () => {
    const { result } = await mcp.ask('prompts/list', {}, { role: 'viewer' })
    const { prompts } = z.object({ prompts: z.array(z.object({ name: z.string() })) }).parse(result)
    expect(prompts.map(({ name }) => name)).not.toContain('promote_safely')
    expect((await mcp.ask('prompts/get', { name: 'promote_safely', arguments: { model: 'x' } }, { role: 'viewer' })).error).toMatchObject({
      code: -32_602,
    })
  })

  it('keeps the report of a long reading', async () => {
    const outcome = await millrace.invoke({ tool: 'verify_audit', input: {}, caller: millrace.owner })
    const run = outcome.kind === 'done' ? outcome.run : ''
    const { result } = await mcp.ask('resources/read', { uri: `millrace://report/${run}` })
    expect(JSON.stringify(result)).toContain('verify_audit')
    expect((await mcp.ask('resources/read', { uri: `millrace://report/${run}` }, { role: 'viewer' })).error).toMatchObject({
      code: -32_602,
    })
  })
})
