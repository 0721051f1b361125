import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askDocumentsTool } from '../tools/ask-documents.ts'
import { ingestDocumentsTool } from '../tools/ingest-documents.ts'
import { searchDocumentsTool } from '../tools/search-documents.ts'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { runAnswers } from './answers.ts'
import { runRetrieval } from './retrieval.ts'

const corpus = [
  { _id: 'otter', title: 'Otter', text: 'The otter eats fish. It was first described in 1758.' },
  { _id: 'heron', title: 'Heron', text: 'The heron stands in shallow water. Its wings span two metres.' },
  { _id: 'lynx', title: 'Lynx', text: 'The lynx hunts hares at night. Farmers in Norway rarely see it.' },
  { _id: 'stork', title: 'Stork', text: 'The stork flies south in August. Its nest weighs 400 kilograms.' },
]
const queries = [
  { _id: 'q1', text: 'When was the otter described?', answers: ['1758'] },
  { _id: 'q2', text: 'When does the stork fly south?', answers: ['August'] },
  { _id: 'q3', text: 'What does the lynx hunt at night?', answers: ['hares'] },
  { _id: 'q4', text: 'unjudged' },
]
const qrels = [
  { query: 'q1', doc: 'otter', score: 1 },
  { query: 'q1', doc: 'heron', score: -1 },
  { query: 'q2', doc: 'stork', score: 2 },
  { query: 'q3', doc: 'lynx', score: 1 },
]

describe('the suites over documents', () => {
  let millrace: TestMillrace
  let data: string
  beforeAll(async () => {
    millrace = await openTestMillrace([ingestDocumentsTool, searchDocumentsTool, askDocumentsTool])
    data = join(millrace.folder, 'set')
    await mkdir(data)
    for (const [name, rows] of Object.entries({ corpus, queries, qrels })) {
      await writeFile(join(data, `${name}.jsonl`), rows.map((row) => JSON.stringify(row)).join('\n'))
    }
  })
  afterAll(() => millrace.close())
  const ground = (): Parameters<typeof runAnswers>[0] => ({
    data,
    waist: millrace,
    caller: millrace.owner,
    signal: new AbortController().signal,
  })

  it('score every mode over the judged queries', async () => {
    const report = await runRetrieval(ground())
    expect(report.metrics.keyword).toMatchObject({ 'ndcg@10': 1, 'mrr@10': 1, 'recall@1': 1, 'recall@100': 1 })
    expect(Object.keys(report.metrics)).toEqual(['keyword', 'vector', 'hybrid', 'hybrid-keyword'])
    expect(report.metrics['hybrid-keyword']).toEqual({ 'ndcg@10': 0, 'ndcg@10_95': [0, 0] })
    expect(report.metrics.hybrid?.p50_ms).toBeGreaterThan(0)
    expect(report.digest).toMatch(/^[0-9a-f]{64}$/)
    expect(report.verdict).toContain('hybrid does not harm')
  })

  it('ask the queries with typos as well', async () => {
    const { typos } = (await runRetrieval({ ...ground(), modes: ['keyword'], typos: true })).metrics
    expect(typos).toMatchObject({ keyword_clean: 1, clean_loss: 0 })
    expect(typos?.keyword_repaired).toBeGreaterThanOrEqual(typos?.keyword ?? 1)
  })

  it('score answers, and abstention with half of the documents gone', async () => {
    const { metrics, cases } = await runAnswers(ground())
    expect(metrics).toMatchObject({ questions: 3, contains: 1, citation: 1, abstention_auroc: 1 })
    expect(cases?.[0]).toMatchObject({ id: 'q1', short_answer: '1758', abstained: false })
  })

  it('say what is wrong with the data', async () => {
    await expect(runRetrieval({ ...ground(), data: millrace.folder })).rejects.toThrow('no corpus.jsonl')
    await expect(runRetrieval({ ...ground(), modes: ['magic'] })).rejects.toThrow("no search mode 'magic'")
    const broken = join(millrace.folder, 'broken')
    await mkdir(broken)
    for (const name of ['corpus', 'queries', 'qrels'])
      await writeFile(join(broken, `${name}.jsonl`), '{"_id": "a", "text": "x"}\n{"_id": 1}\n')
    await expect(runRetrieval({ ...ground(), data: broken })).rejects.toThrow('Line 1 of qrels.jsonl')
  })
})
