import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Generator } from '../rag/answers/generator.ts'
import { askDocumentsTool } from './ask-documents.ts'
import { deleteDocumentsTool } from './delete-documents.ts'
import { getDocumentTool } from './get-document.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import { listCollectionsTool } from './list-collections.ts'
import { searchDocumentsTool } from './search-documents.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

const tools = [ingestDocumentsTool, listCollectionsTool, searchDocumentsTool, askDocumentsTool, getDocumentTool, deleteDocumentsTool]
const leave = '# Leave\n\nEach parent may take 30 days of paid leave.\n'

interface Hits {
  readonly hits: readonly { readonly document: string; readonly chunk: number; readonly text: string; readonly metadata: object }[]
}

describe('the document tools', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace(tools)
    await mkdir(join(millrace.folder, 'handbook'))
    await writeFile(join(millrace.folder, 'handbook', 'leave.md'), leave)
    await writeFile(join(millrace.folder, 'handbook', 'travel.txt'), 'Flights are booked by the office in Lisbon.')
    await writeFile(
      join(millrace.folder, 'notes.jsonl'),
      '{"_id": "n1", "title": "Note", "text": "Buy paper.", "metadata": {"by": "Ada"}}\nbroken\n',
    )
  })
  afterAll(() => millrace.close())

  it('ingest a folder and a file of lines', async () => {
    const folder = await millrace.call('ingest_documents', { path: 'handbook', collection: 'handbook' })
    expect(folder).toMatchObject({ collection: 'handbook', language: 'english', documents: 2, added: 2, chunks: 2, skipped: 0 })
    const notes = await millrace.call('ingest_documents', { path: 'notes.jsonl', collection: 'notes' })
    expect(notes).toMatchObject({ documents: 1, skipped: 1, reasons: ['notes.jsonl, line 2, is not JSON'] })
    const { collections } = await millrace.call<{ collections: readonly object[] }>('list_collections')
    expect(collections).toMatchObject([
      { collection: 'handbook', documents: 2, chunks: 2, embedder: 'subword' },
      { collection: 'notes', documents: 1 },
    ])
  })

  it('find, filter, answer and open', async () => {
    const { hits } = await millrace.call<Hits>('search_documents', { query: 'paid leave', collection: 'handbook' })
    expect(hits[0]).toMatchObject({ document: 'leave.md', chunk: 0, title: 'Leave', text: leave.trim() })
    const filtered = await millrace.call<Hits>('search_documents', { query: 'paper', filter: { by: ['Ada', 'Grace'] } })
    expect(filtered.hits).toMatchObject([{ document: 'n1', collection: 'notes', metadata: { by: 'Ada' } }])

    const answer = await millrace.call('ask_documents', { question: 'How many days of paid leave may a parent take?' })
    expect(answer).toMatchObject({ abstained: false, short_answer: '30', citations: [{ document: 'leave.md', chunk: 0 }] })
    const passage = await millrace.call('get_document', { document: 'leave.md', chunk: 0 })
    expect(passage).toMatchObject({
      collection: 'handbook',
      title: 'Leave',
      text: leave.trim(),
      start: 0,
      before: '',
      after: '\n',
      characters: leave.length,
    })
  })

  it('mark what documents say as untrusted', () => {
    const labels = tools.filter(({ untrusted }) => untrusted).map(({ name }) => name)
    expect(labels).toEqual(['ingest_documents', 'search_documents', 'ask_documents', 'get_document'])
  })

  it('refuse paths outside, unknown collections and odd names', async () => {
    await expect(millrace.call('ingest_documents', { path: '/etc', collection: 'x' })).rejects.toMatchObject({ code: 'not_allowed' })
    await expect(millrace.call('search_documents', { query: 'x', collection: 'nothing' })).rejects.toMatchObject({ code: 'not_found' })
    await expect(millrace.call('ask_documents', { question: 'x', collection: '../x' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(millrace.call('search_documents', { query: ' ' })).rejects.toMatchObject({ code: 'invalid_input' })
    await expect(millrace.call('get_document', { document: 'n1', chunk: 5 })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('search for the wording of a hosted model where that is asked for', async () => {
    const asked: string[] = []
    const generator: Generator = {
      name: 'writer',
      generate: async function* (prompt) {
        asked.push(prompt.user)
        yield 'paid leave of a parent'
      },
    }
    const helped = await openTestMillrace({ tools, ports: { generator }, db: millrace.platform.db, working: false })
    const find = (rewrite: boolean): Promise<Hits & { readonly rewritten?: string }> =>
      helped.call('search_documents', { query: 'parent time away', collection: 'handbook', rewrite })
    expect(await find(false)).not.toHaveProperty('rewritten')
    expect(asked).toEqual([])
    const { hits, rewritten } = await find(true)
    expect(rewritten).toBe('paid leave of a parent')
    expect(hits[0]?.document).toBe('leave.md')
  })

  it('delete only what a person approved', async () => {
    const outcome = await millrace.invoke({ tool: 'delete_documents', input: { collection: 'notes' }, caller: millrace.owner })
    if (outcome.kind !== 'waiting') throw new Error(`expected an approval, got ${outcome.kind}`)
    const listed = async (): Promise<number> =>
      (await millrace.call<{ collections: readonly object[] }>('list_collections')).collections.length
    expect(await listed()).toBe(2)
    await millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    const run = await millrace.platform.runs.settled(outcome.run, 'default', { ms: 30_000 })
    expect(run).toMatchObject({ state: 'succeeded', result: { data: { collection: 'notes', deleted: 1, chunks: 1 } } })
    expect(await listed()).toBe(1)
  })
})
