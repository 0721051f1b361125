/** How the questions are asked: by the tool through `invoke`, as every surface does, or by the search function below it. */
import { z } from 'zod'
import { subwordOnly } from '../../rag/embedding/subword.ts'
import { principalsOf } from '../../rag/search/principals.ts'
import { type SearchMode, search } from '../../rag/search/search.ts'
import type { Ground } from '../ground.ts'
import type { Question } from './questions.ts'

interface Asked {
  readonly question: Question
  readonly mode: SearchMode
  readonly topK: number
}

/** Ids of the documents found in the collection 'bench'. */
export type Finder = (asked: Asked) => Promise<readonly string[]>

const found = z.object({ hits: z.array(z.object({ document: z.string() })) })
const never = new AbortController().signal

export function throughInvoke({ call }: Ground): Finder {
  return async ({ question: { query, caller, filter }, mode, topK }) => {
    const input = { query, collection: 'bench', top_k: topK, mode, ...(filter ? { filter: filter.filter } : {}) }
    const { hits } = await call({ tool: 'search_documents', caller, input, data: found })
    return hits.map(({ document }) => document)
  }
}

export function throughSearch({ millrace }: Ground): Finder {
  const { db } = millrace.platform
  return async ({ question: { query, caller, filter }, mode, topK }) => {
    const principals = principalsOf(caller)
    const request = { workspace: 'default', collection: 'bench', query, topK, mode, group: 'document' } as const
    const scope = { ...(principals ? { principals } : {}), ...(filter ? { filter: filter.filter } : {}) }
    const hits = await search({ db, embedders: subwordOnly, signal: never }, { ...request, ...scope })
    return hits.map(({ document }) => document)
  }
}
