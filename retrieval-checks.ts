/** What `millrace doctor` says of the models that retrieval uses: which, what they can and can't do, and how to get more. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from './config.ts'
import { createEgress } from './platform/egress/client.ts'
import type { Egress } from './platform/egress/egress.ts'
import { asFault } from './platform/fault.ts'
import { openOpenAiEmbedder } from './rag/embedding/openai.ts'
import { openTransformersEmbedder } from './rag/embedding/transformers.ts'
import { cachedModel, configuredModel, type ModelSource } from './rag/inference/model-source.ts'
import { howToInstall, transformersInstalled } from './rag/inference/transformers.ts'
import { openHttpReranker } from './rag/reranking/http.ts'
import { openTransformersReranker } from './rag/reranking/transformers.ts'

interface Found {
  readonly ok: boolean
  readonly found: string
  readonly fix?: string
}

const patienceMs = 10_000
const eager = { tries: 1, timeoutMs: patienceMs, deadlineMs: patienceMs }
const pair = ['What is measured?', 'The doctor measures.'] as const

/** Nothing leaves this machine unless a hosted model, or one that is not here yet, is configured. */
export const retrievalChecks: Readonly<Record<string, (config: Config) => Promise<Found>>> = {
  embedder: async ({ embedders }) => {
    const { choice, service, hub, workingFolder, models: cache } = embedders
    if (choice.kind === 'subword') {
      const more = 'MILLRACE_EMBEDDER=transformers (a local model) or openai (a hosted one) adds meaning'
      return { ok: true, found: `subword: no weights; forgives typos and inflection, knows no synonyms. ${more}` }
    }
    const title = `${choice.kind}:${choice.model}`
    return withSignal(title, async (signal) => {
      if (choice.kind === 'openai') {
        if (!service) return { ok: false, found: `${title}: no service`, fix: 'Set OPENAI_API_KEY.' }
        const { dimensions } = await withEgress((egress) => openOpenAiEmbedder({ service, model: choice.model, egress, ...eager }, signal))
        return { ok: true, found: `${title}: hosted, answers, ${dimensions} dimensions; knows meaning` }
      }
      return localModel(title, { source: configuredModel(choice.model, { cache, workingFolder }), hub }, async (source) => {
        await using embedder = await openTransformersEmbedder(source, signal)
        return `${embedder.dimensions} dimensions; knows meaning`
      })
    })
  },
  reranker: async ({ reranker }) => {
    const { choice, hub, workingFolder, models: cache } = reranker
    if (!choice) return { ok: true, found: 'none: rankings stay as the index gives them. MILLRACE_RERANKER sets one' }
    const title = `${choice.kind}:${choice.kind === 'http' ? (choice.model ?? new URL(choice.url).host) : choice.model}`
    return withSignal(title, async (signal) => {
      if (choice.kind === 'http') {
        await withEgress((egress) => openHttpReranker({ ...choice, egress, ...eager }).score(pair[0], [pair[1]], signal))
        return { ok: true, found: `${title}: answers` }
      }
      return localModel(title, { source: configuredModel(choice.model, { cache, workingFolder }), hub }, async (source) => {
        await using opened = openTransformersReranker(choice.model, () => source)
        await opened.score(pair[0], [pair[1]], signal)
        return 'reads question and passage together'
      })
    })
  },
}

/** A sentence of the fault becomes the finding, its last sentence the fix. */
async function withSignal(title: string, check: (signal: AbortSignal) => Promise<Found>): Promise<Found> {
  const stop = new AbortController()
  try {
    return await Promise.race([check(stop.signal), sleep(3 * patienceMs, undefined, { signal: stop.signal }).then(() => slow(title))])
  } catch (error) {
    const { message } = asFault(error)
    const [, found = message, fix = 'Correct this and run millrace doctor again.'] = /^(.*[.)])\s+([A-Z].*)$/s.exec(message) ?? []
    return { ok: false, found, fix }
  } finally {
    stop.abort()
  }
}

const slow = (title: string): Found => ({
  ok: false,
  found: `${title}: no answer within ${(3 * patienceMs) / 1000} s`,
  fix: 'Look at the load of this machine and of the model server.',
})

async function withEgress<T>(work: (egress: Egress) => Promise<T>): Promise<T> {
  const egress = createEgress()
  try {
    return await work(egress)
  } finally {
    egress.close()
  }
}

/** A model that is here is loaded; of one that is not, its first file is asked for, without the weights. */
async function localModel(
  title: string,
  { source, hub = 'https://huggingface.co' }: { readonly source: ModelSource; readonly hub: string | undefined },
  load: (source: ModelSource) => Promise<string>,
): Promise<Found> {
  if (!transformersInstalled()) return { ok: false, found: `${title}: @huggingface/transformers is not installed`, fix: howToInstall }
  const here = source.remote ? cachedModel(source.model, source.cache) : source
  if (here) return { ok: true, found: `${title}: local, ${await load(here)}` }
  const host = new URL(hub).host
  const url = new URL(`${source.model}/resolve/main/config.json`, hub.endsWith('/') ? hub : `${hub}/`).href
  const status = await withEgress((egress) =>
    egress.request({ url, signal: AbortSignal.timeout(patienceMs), timeoutMs: patienceMs, origin: 'configured' }),
  ).then(
    (answer) => answer.status,
    () => undefined,
  )
  if (status === 200) return { ok: true, found: `${title}: not here yet; the first use fetches it from ${host}` }
  const why = status === undefined ? `${host} cannot be reached` : `${host} answers ${status}`
  return {
    ok: false,
    found: `${title}: not here yet, and ${why}`,
    fix: `Check the name and the network, or copy the model's folder to ${source.cache}/${source.model}.`,
  }
}
