import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../platform/caller.ts'
import { askDocumentsTool } from './ask-documents.ts'
import { getDocumentTool } from './get-document.ts'
import { ingestDocumentsTool } from './ingest-documents.ts'
import { listCollectionsTool } from './list-collections.ts'
import { searchDocumentsTool } from './search-documents.ts'
import { setDocumentReadersTool } from './set-document-readers.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

const tools = [ingestDocumentsTool, searchDocumentsTool, askDocumentsTool, getDocumentTool, listCollectionsTool, setDocumentReadersTool]

interface Hits {
  readonly hits: readonly { readonly document: string }[]
}

describe('who may read documents', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace(tools)
    const lines = [
      { _id: 'open', text: 'The canteen opens at noon and serves soup.' },
      { _id: 'pay', text: 'The salary of the director is 90 crowns a month, and the canteen is free.' },
    ]
    await writeFile(join(millrace.folder, 'notes.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
    await millrace.call('ingest_documents', { path: 'notes.jsonl', collection: 'notes', language: 'english' })
  })
  afterAll(() => millrace.close())

  const callerWith = (parts: Partial<Caller>): Caller => ({ ...millrace.owner, id: 'token:ann', name: 'ann', role: 'viewer', ...parts })
  const as = async <D>(caller: Caller, tool: string, input: unknown): Promise<D> => {
    const outcome = await millrace.invoke({ tool, input, caller })
    if (outcome.kind !== 'done') throw new Error(`${tool} is ${outcome.kind}`)
    return JSON.parse(JSON.stringify(outcome.data))
  }
  const foundBy = async (caller: Caller, mode: string): Promise<readonly string[]> => {
    const { hits } = await as<Hits>(caller, 'search_documents', { query: 'salary of the director, canteen', mode })
    return hits.map(({ document }) => document).toSorted()
  }
  const restrict = (readers: readonly string[] | null): Promise<unknown> =>
    millrace.call('set_document_readers', { collection: 'notes', documents: ['pay'], readers })
  const modes = ['keyword', 'vector', 'hybrid']

  it('is everyone until readers are named, then only they and administrators, in every kind of search', async () => {
    const ann = callerWith({})
    for (const mode of modes) expect(await foundBy(ann, mode)).toEqual(['open', 'pay'])
    expect(await restrict(['role:operator', 'token:bob'])).toEqual({ collection: 'notes', changed: 1, missing: [] })
    for (const mode of modes) {
      expect(await foundBy(ann, mode)).toEqual(['open'])
      expect(await foundBy(callerWith({ id: 'token:bob' }), mode)).toEqual(['open', 'pay'])
      expect(await foundBy(callerWith({ role: 'builder' }), mode)).toEqual(['open'])
      expect(await foundBy(callerWith({ role: 'operator' }), mode)).toEqual(['open', 'pay'])
      expect(await foundBy(millrace.owner, mode)).toEqual(['open', 'pay'])
    }
    await restrict([])
    expect(await foundBy(callerWith({ role: 'operator' }), 'hybrid')).toEqual(['open'])
    expect(await foundBy(millrace.owner, 'hybrid')).toEqual(['open', 'pay'])
    await restrict(['workspace:default'])
    expect(await foundBy(ann, 'hybrid')).toEqual(['open', 'pay'])
    await restrict(null)
    expect(await foundBy(ann, 'hybrid')).toEqual(['open', 'pay'])
  })

  it('makes a document absent for everyone else: it is not opened, answered from or counted', async () => {
    await restrict(['role:operator'])
    const ann = callerWith({})
    const refusal = async (document: string): Promise<string> =>
      as(ann, 'get_document', { document, chunk: 0 }).then(
        () => 'opened',
        (error: unknown) => (error instanceof Error ? error.message.replaceAll(document, 'X') : ''),
      )
    expect(await refusal('pay')).toBe(await refusal('never there'))
    expect(await refusal('pay')).toContain("There is no document 'X'")
    const answer = await as<{ answer: string; citations: readonly { document: string }[] }>(ann, 'ask_documents', {
      question: 'What is the salary of the director?',
    })
    expect(answer.answer).not.toContain('90')
    expect(answer.citations.map(({ document }) => document)).not.toContain('pay')
    const { collections } = await as<{ collections: readonly object[] }>(ann, 'list_collections', {})
    expect(collections).toMatchObject([{ collection: 'notes', documents: 1, chunks: 1 }])
    const all = await millrace.call<{ collections: readonly object[] }>('list_collections')
    expect(all.collections).toMatchObject([{ collection: 'notes', documents: 2, chunks: 2 }])
    await restrict(null)
  })

  it('is set by operators, for documents that they can see, and names what is not there', async () => {
    const operator = callerWith({ id: 'token:op', role: 'operator' })
    const set = (documents: readonly string[]): Promise<unknown> =>
      as(operator, 'set_document_readers', { collection: 'notes', documents, readers: ['token:ann'] })
    expect(await set(['pay', 'nothing'])).toEqual({ collection: 'notes', changed: 1, missing: ['nothing'] })
    await expect(set(['pay'])).rejects.toMatchObject({ code: 'not_found' })
    await expect(
      as(callerWith({}), 'set_document_readers', { collection: 'notes', documents: ['open'], readers: [] }),
    ).rejects.toMatchObject({
      code: 'not_allowed',
    })
    await restrict(null)
  })
})
