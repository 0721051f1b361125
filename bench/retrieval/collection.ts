/** What every contestant is given: documents, queries, and what people judged relevant. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Judgements } from '../../evals/ranking.ts'
import { readRetrievalData } from '../../evals/retrieval-data.ts'

export interface SourceText {
  readonly id: string
  readonly title: string
  readonly text: string
}

export interface BenchQuery {
  readonly text: string
  readonly judged: Judgements
}

export interface BenchCollection {
  readonly name: string
  readonly documents: readonly SourceText[]
  /** Those with a relevant document. */
  readonly queries: readonly BenchQuery[]
}

const line = z.object({ _id: z.coerce.string(), title: z.string().default(''), text: z.string() })

/** A folder with corpus.jsonl, queries.jsonl and qrels.jsonl. */
export async function readCollection(folder: string): Promise<BenchCollection> {
  const { corpus, queries, judgements } = await readRetrievalData(folder)
  return {
    name: basename(folder),
    documents: await readDocuments(corpus),
    queries: queries.flatMap(({ _id, text }) => {
      const judged = judgements.get(_id)
      return judged && [...judged.values()].some((grade) => grade > 0) ? [{ text, judged }] : []
    }),
  }
}

export async function readDocuments(path: string): Promise<readonly SourceText[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((text) => text.trim() !== '')
  return lines.map((text) => {
    const { _id: id, ...rest } = line.parse(JSON.parse(text))
    return { id, ...rest }
  })
}

/** JSON Lines as `ingest_documents` reads them. */
export async function writeDocuments(path: string, documents: readonly SourceText[]): Promise<void> {
  const lines = documents.map(({ id, title, text }) => JSON.stringify({ _id: id, title, text }))
  await writeFile(path, `${lines.join('\n')}\n`)
}
