/** Which models retrieval uses, from the environment: a choice and what it needs are checked together. */
import { Fault } from './platform/fault.ts'
import type { EmbedderChoice, EmbeddersConfig } from './rag/embedding/open.ts'
import type { OpenAiService } from './rag/embedding/openai.ts'
import type { RerankerChoice, RerankerConfig } from './rag/reranking/open.ts'

interface Variables {
  readonly MILLRACE_EMBEDDER: EmbedderChoice['kind']
  readonly MILLRACE_EMBEDDER_MODEL?: string | undefined
  readonly MILLRACE_RERANKER?: RerankerChoice['kind'] | undefined
  readonly MILLRACE_RERANKER_MODEL?: string | undefined
  readonly MILLRACE_RERANKER_URL?: string | undefined
  readonly MILLRACE_RERANKER_KEY?: string | undefined
  readonly HF_ENDPOINT?: string | undefined
  readonly OPENAI_API_KEY?: string | undefined
  readonly OPENAI_BASE_URL?: string | undefined
  readonly AZURE_OPENAI_API_KEY?: string | undefined
  readonly AZURE_OPENAI_ENDPOINT?: string | undefined
  readonly AZURE_OPENAI_API_VERSION?: string | undefined
}

type Place = Pick<EmbeddersConfig, 'workingFolder' | 'models'>

/** 90 MB, 384 dimensions, English. */
const defaultEmbedder = 'Xenova/all-MiniLM-L6-v2'
/** 90 MB, English. */
const defaultReranker = 'Xenova/ms-marco-MiniLM-L-6-v2'
const defaultHostedEmbedder = 'text-embedding-3-small'
const openaiUrl = 'https://api.openai.com/v1'
const azureVersion = '2024-10-21'

/** Throws `usage` naming the variable that is missing or in the wrong place. */
export function readEmbedders(env: Variables, place: Place): EmbeddersConfig {
  const service = embeddingService(env)
  return { choice: chooseEmbedder(env, service), service, hub: env.HF_ENDPOINT, ...place }
}

/** Throws `usage` naming the variable that is missing or in the wrong place. */
export function readReranker(env: Variables, place: Place): RerankerConfig {
  return { choice: chooseReranker(env), hub: env.HF_ENDPOINT, ...place }
}

function chooseEmbedder(env: Variables, service: OpenAiService | undefined): EmbedderChoice {
  const { MILLRACE_EMBEDDER: kind } = env
  // The name is recorded with the vectors, so a folder has one spelling.
  const model = env.MILLRACE_EMBEDDER_MODEL?.replace(/(?<=.)\/+$/, '')
  switch (kind) {
    case 'subword':
      if (model === undefined) return { kind }
      throw new Fault(
        'usage',
        `MILLRACE_EMBEDDER_MODEL names '${model}', but 'subword' has no models. Set MILLRACE_EMBEDDER to transformers or openai.`,
      )
    case 'transformers':
      return { kind, model: model ?? defaultEmbedder }
    case 'openai':
      return { kind, model: model ?? hostedDefault(env, service) }
  }
}

function hostedDefault({ OPENAI_BASE_URL: base }: Variables, service: OpenAiService | undefined): string {
  if (service?.kind === 'azure')
    throw new Fault('usage', 'MILLRACE_EMBEDDER_MODEL is not set. On Azure it names the deployment of an embedding model.')
  if (base !== undefined)
    throw new Fault('usage', `MILLRACE_EMBEDDER_MODEL is not set. Name the embedding model that ${new URL(base).host} serves.`)
  return defaultHostedEmbedder
}

/** Azure before OpenAI, as for the chat model. */
function embeddingService(env: Variables): OpenAiService | undefined {
  const { OPENAI_API_KEY: key, OPENAI_BASE_URL: base, AZURE_OPENAI_API_KEY: azureKey, AZURE_OPENAI_ENDPOINT: endpoint } = env
  if (azureKey !== undefined && endpoint !== undefined) {
    return { kind: 'azure', endpoint, key: azureKey, version: env.AZURE_OPENAI_API_VERSION ?? azureVersion }
  }
  // A server of one's own may want no key; OpenAI does.
  if (key !== undefined || base !== undefined) return { kind: 'openai', baseUrl: base ?? openaiUrl, ...(key === undefined ? {} : { key }) }
  if (env.MILLRACE_EMBEDDER !== 'openai') return undefined
  const missing = azureKey !== undefined ? 'AZURE_OPENAI_ENDPOINT' : endpoint !== undefined ? 'AZURE_OPENAI_API_KEY' : undefined
  throw new Fault(
    'usage',
    missing
      ? `MILLRACE_EMBEDDER is 'openai' on Azure, but ${missing} is not set.`
      : `MILLRACE_EMBEDDER is 'openai', but OPENAI_API_KEY is not set. Set it, or OPENAI_BASE_URL for a server that needs no key.`,
  )
}

function chooseReranker(env: Variables): RerankerChoice | undefined {
  const { MILLRACE_RERANKER: kind, MILLRACE_RERANKER_MODEL: model, MILLRACE_RERANKER_URL: url, MILLRACE_RERANKER_KEY: key } = env
  const stray = Object.entries({ MODEL: model, URL: url, KEY: key }).find(([, value]) => value !== undefined)?.[0]
  switch (kind) {
    case undefined:
      if (stray === undefined) return undefined
      throw new Fault('usage', `MILLRACE_RERANKER_${stray} is set, but MILLRACE_RERANKER is not. Set it to transformers or http.`)
    case 'transformers':
      if (url !== undefined)
        throw new Fault('usage', "MILLRACE_RERANKER_URL is set, but MILLRACE_RERANKER is 'transformers'. Set it to http.")
      return { kind, model: model ?? defaultReranker }
    case 'http':
      if (url === undefined)
        throw new Fault(
          'usage',
          "MILLRACE_RERANKER is 'http', but MILLRACE_RERANKER_URL is not set. Name the address that takes {query, documents}.",
        )
      return { kind, url, ...(model === undefined ? {} : { model }), ...(key === undefined ? {} : { key }) }
  }
}
