/** The files of a retrieval or answers set: what is searched, what is asked, what should be found. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import type { Judgements } from './ranking.ts'

const id = z.union([z.string(), z.number()]).transform(String)
const querySchema = z.object({ _id: id, text: z.string(), answers: z.array(z.string()).optional() })
const judgementSchema = z.object({ query: id, doc: id, score: z.number() })

export type RetrievalQuery = z.output<typeof querySchema>

export interface RetrievalData {
  /** Path of corpus.jsonl, for `ingest_documents`. */
  readonly corpus: string
  readonly queries: readonly RetrievalQuery[]
  /** By query; grades below 0 are read as 0. */
  readonly judgements: ReadonlyMap<string, Judgements>
  /** SHA-256 over the three files. */
  readonly digest: string
}

/** `folder` has corpus.jsonl, queries.jsonl and qrels.jsonl. Throws `not_found` or `invalid_input` naming the line. */
export async function readRetrievalData(folder: string): Promise<RetrievalData> {
  const [corpus, queries, qrels] = await Promise.all(['corpus.jsonl', 'queries.jsonl', 'qrels.jsonl'].map((name) => readText(folder, name)))
  const hash = createHash('sha256')
  for (const text of [corpus, queries, qrels]) hash.update(text ?? '').update('\0')
  const judgements = new Map<string, Map<string, number>>()
  for (const { query, doc, score } of parseLines(qrels ?? '', 'qrels.jsonl', judgementSchema)) {
    const known = judgements.get(query) ?? new Map<string, number>()
    judgements.set(query, known.set(doc, Math.max(0, score)))
  }
  return {
    corpus: join(folder, 'corpus.jsonl'),
    queries: parseLines(queries ?? '', 'queries.jsonl', querySchema),
    judgements,
    digest: hash.digest('hex'),
  }
}

async function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new Fault('not_found', `There is no ${name} in ${folder}. The set needs corpus.jsonl, queries.jsonl and qrels.jsonl.`, { cause })
  })
}

function parseLines<S extends z.ZodType>(text: string, name: string, schema: S): z.output<S>[] {
  return text.split('\n').flatMap((line, at) => {
    if (line.trim() === '') return []
    const parsed = schema.safeParse(parseJson(line))
    if (parsed.success) return [parsed.data]
    const why = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
    throw new Fault('invalid_input', `Line ${at + 1} of ${name} cannot be read: ${why}.`)
  })
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
