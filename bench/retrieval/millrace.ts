/** Ours: through `invoke`, as every surface calls it, and through the search function below. */
import { join } from 'node:path'
import { z } from 'zod'
import { subwordOnly } from '../../rag/embedding/subword.ts'
import { type SearchMode, search, searchModes } from '../../rag/search/search.ts'
import type { Ground } from '../ground.ts'
import { type SourceText, writeDocuments } from './collection.ts'
import type { Contestant } from './contestant.ts'

export interface Own {
  readonly mode: SearchMode
  readonly through: 'search' | 'invoke'
  readonly contestant: Contestant
}

const found = z.object({ hits: z.array(z.object({ document: z.string(), score: z.number() })) })
const ingested = z.object({ documents: z.number(), chunks: z.number(), skipped: z.number() })
const never = new AbortController().signal

/** Every mode, each way. */
export function ownContestants(ground: Ground, collection: string): readonly Own[] {
  return searchModes.flatMap((mode): Own[] => [
    { mode, through: 'search', contestant: throughSearch(ground, collection, mode) },
    { mode, through: 'invoke', contestant: throughInvoke(ground, collection, mode) },
  ])
}

function throughInvoke(ground: Ground, collection: string, mode: SearchMode): Contestant {
  return {
    search: async (query, depth) => {
      const { hits } = await ground.call({ tool: 'search_documents', input: { query, collection, top_k: depth, mode }, data: found })
      return hits.map(({ document }) => document)
    },
  }
}

function throughSearch({ millrace }: Ground, collection: string, mode: SearchMode): Contestant {
  const { db } = millrace.platform
  return {
    search: async (query, depth) => {
      const request = { workspace: 'default', query, collection, mode, topK: depth, group: 'document' } as const
      const hits = await search({ db, embedders: subwordOnly, signal: never }, request)
      return hits.map(({ document }) => document)
    },
  }
}

/** Seconds until the tool is done, and how many passages it made. */
export async function ingestDocuments(
  ground: Ground,
  { collection, documents }: { readonly collection: string; readonly documents: readonly SourceText[] },
): Promise<{ readonly chunks: number; readonly seconds: number }> {
  const path = join(ground.folder, `${collection}.jsonl`)
  await writeDocuments(path, documents)
  const started = performance.now()
  const { chunks, skipped, ...read } = await ground.call({ tool: 'ingest_documents', input: { path, collection }, data: ingested })
  const whole = read.documents + skipped === documents.length
  if (!whole) throw new Error(`Only ${read.documents} of ${documents.length} documents of '${collection}' were ingested.`)
  return { chunks, seconds: (performance.now() - started) / 1000 }
}

/** The passages as they were indexed, each under its document's id. */
export async function readPassages({ millrace }: Ground, collection: string): Promise<readonly SourceText[]> {
  const { rows } = await millrace.platform.db.query<SourceText>(
    `select d.id, c.title, c.text from chunks c join documents d on d.workspace = c.workspace and d.key = c.document
     where d.workspace = 'default' and d.state = 'live'
       and d.collection = (select key from collections where workspace = 'default' and name = $1)
     order by c.document, c.ordinal`,
    [collection],
  )
  return rows
}
