/**
 * A hosted reranker. Cohere, Jina, Voyage-like gateways and vLLM take {query, documents} and answer {results: [{index,
 * relevance_score}]}; text-embeddings-inference takes {query, texts} and answers [{index, score}].
 */
import { z } from 'zod'
import type { Egress } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'
import { type Hosted, type HostedOptions, openHosted } from '../inference/hosted.ts'
import type { Reranker } from './reranker.ts'

export interface HttpRerankerOptions extends Pick<HostedOptions, 'tries' | 'firstWaitMs' | 'timeoutMs' | 'deadlineMs' | 'random'> {
  readonly egress: Egress
  /** The whole address, such as https://api.cohere.com/v2/rerank; a server's root gets /rerank. */
  readonly url: string
  readonly model?: string
  readonly key?: string
}

type Dialect = 'documents' | 'texts'

/** Servers cut longer ones themselves or refuse them. */
const lettersPerText = 24_000

const index = z.int().min(0)
const scored = z.union([
  z.object({ index, relevance_score: z.number() }).transform((one) => ({ index: one.index, score: one.relevance_score })),
  z.object({ index, score: z.number() }),
])
const wire = z.union([
  z.array(scored),
  z.object({ results: z.array(scored) }).transform(({ results }) => results),
  z.object({ data: z.array(scored) }).transform(({ data }) => data),
])

export function openHttpReranker({ url, model, key, ...options }: HttpRerankerOptions): Reranker {
  const address = new URL(url)
  if (address.pathname === '/') address.pathname = '/rerank'
  const name = `http:${model ?? address.host}`
  const hosted = openHosted({
    ...options,
    url: address.href,
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    title: `The reranker '${name}'`,
    keyVariable: 'MILLRACE_RERANKER_KEY',
  })
  let dialect: Dialect = 'documents'
  return {
    name,
    score: async (query, texts, signal) => {
      signal.throwIfAborted()
      if (texts.length === 0) return []
      const ask = (as: Dialect): Promise<unknown> => hosted.post(bodyOf(as, { query, texts, model }), { signal, urgent: true })
      const answer = await ask(dialect).catch(async (error: unknown) => {
        if (dialect === 'texts' || !(error instanceof Fault) || error.code !== 'invalid_input') throw error
        const second = await ask('texts').catch(() => Promise.reject(error))
        dialect = 'texts'
        return second
      })
      return inOrder(answer, texts.length, hosted)
    },
  }
}

function bodyOf(
  dialect: Dialect,
  { query, texts, model }: { readonly query: string; readonly texts: readonly string[]; readonly model: string | undefined },
): unknown {
  const cut = texts.map((text) => text.slice(0, lettersPerText))
  if (dialect === 'texts') return { query, texts: cut, truncate: true }
  return { query, documents: cut, top_n: cut.length, ...(model === undefined ? {} : { model }) }
}

function inOrder(answer: unknown, count: number, { title }: Hosted): number[] {
  const wrong = (came: string): Fault => new Fault('unavailable', `${title} answers wrongly: ${came}. Check MILLRACE_RERANKER_URL.`)
  const parsed = wire.safeParse(answer)
  if (!parsed.success) throw wrong('no list of {index, relevance_score}')
  const byIndex = new Map(parsed.data.map((one) => [one.index, one.score]))
  if (byIndex.size !== count || parsed.data.length !== count) throw wrong(`${parsed.data.length} scores for ${count} texts`)
  return Array.from({ length: count }, (_, at) => {
    const score = byIndex.get(at)
    if (score === undefined) throw wrong(`no score for text ${at}`)
    return score
  })
}
