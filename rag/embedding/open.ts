/**
 * The embedders of this installation by name: each is loaded when first asked for and shared from then on; a load that failed
 * is tried again by the next call. Of names that the configuration does not give, only what is already here is opened.
 */
import type { Egress } from '../../platform/egress/egress.ts'
import { Fault } from '../../platform/fault.ts'
import type { Log } from '../../platform/platform.ts'
import { cachedModel, configuredModel, type ModelSource } from '../inference/model-source.ts'
import type { Embedder, Embedders } from './embedder.ts'
import { type OpenAiOptions, type OpenAiService, openOpenAiEmbedder } from './openai.ts'
import { withQueryCache } from './query-cache.ts'
import { subwordEmbedder } from './subword.ts'
import { openTransformersEmbedder } from './transformers.ts'

export type EmbedderChoice =
  | { readonly kind: 'subword' }
  /** `model`: a name on the hub or a folder, relative to the working folder. */
  | { readonly kind: 'transformers'; readonly model: string }
  | { readonly kind: 'openai'; readonly model: string }

export interface EmbeddersConfig {
  readonly choice: EmbedderChoice
  /** Where hosted embedders are, if this installation may use one. */
  readonly service: OpenAiService | undefined
  /** Another hub than huggingface.co. */
  readonly hub: string | undefined
  readonly workingFolder: string
  /** The folder of local models: downloads go here. */
  readonly models: string
}

export interface EmbeddersGround {
  readonly egress: Egress
  readonly log: Log
  /** For tests: the waits and tries of hosted embedders. */
  readonly hosted?: Partial<OpenAiOptions>
}

export interface OpenEmbedders extends Embedders, AsyncDisposable {
  /** What `preferred` will be called, known before it is loaded. */
  readonly preferredName: string
}

type Opened = Embedder & Partial<AsyncDisposable>

export function openEmbedders(config: EmbeddersConfig, ground: EmbeddersGround): OpenEmbedders {
  const preferredName = embedderName(config.choice)
  const opened = new Map<string, Promise<Opened>>()
  const closing = new AbortController()

  const open = (name: string, load: () => Promise<Opened>): Promise<Opened> => {
    const known = opened.get(name)
    if (known) return known
    const loading = timed(name, load, ground.log)
    opened.set(name, loading)
    loading.catch(() => opened.delete(name))
    return loading
  }
  const openai = (name: string, model: string, service: OpenAiService): Promise<Opened> =>
    open(name, async () =>
      withQueryCache(await openOpenAiEmbedder({ ...ground.hosted, egress: ground.egress, service, model }, closing.signal)),
    )
  const transformers = (name: string, source: ModelSource): Promise<Opened> =>
    open(name, async () =>
      withQueryCache(
        await openTransformersEmbedder({ ...source, ...(config.hub === undefined ? {} : { hub: config.hub }) }, closing.signal),
      ),
    )

  const find = async (name: string): Promise<Opened | undefined> => {
    closing.signal.throwIfAborted()
    const [, kind, model = ''] = /^(subword|transformers|openai)(?::(.+))?$/s.exec(name) ?? []
    if (name === subwordEmbedder.name) return subwordEmbedder
    if (kind === 'openai' && config.service && model !== '') return openai(name, model, config.service)
    if (kind !== 'transformers') return undefined
    const place = { cache: config.models, workingFolder: config.workingFolder }
    const source = name === preferredName ? configuredModel(model, place) : cachedModel(model, config.models)
    return source && transformers(name, source)
  }
  return {
    preferredName,
    find,
    preferred: async () => {
      const embedder = await find(preferredName)
      if (!embedder) throw new Fault('unavailable', `The embedder '${preferredName}' has no service configured. Set OPENAI_API_KEY.`)
      return embedder
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Fault('unavailable', 'The embedders are closed.'))
      for (const result of await Promise.allSettled(opened.values())) {
        if (result.status === 'fulfilled') await result.value[Symbol.asyncDispose]?.()
      }
    },
  }
}

/** What collections record with vectors of this model. */
export const embedderName = (choice: EmbedderChoice): string =>
  choice.kind === 'subword' ? subwordEmbedder.name : `${choice.kind}:${choice.model}`

async function timed(embedder: string, load: () => Promise<Opened>, log: Log): Promise<Opened> {
  const started = performance.now()
  try {
    const loaded = await load()
    log.info({ embedder, dimensions: loaded.dimensions, ms: Math.round(performance.now() - started) }, 'An embedder is ready.')
    return loaded
  } catch (error) {
    log.warn({ embedder, error }, 'An embedder could not be loaded.')
    throw error
  }
}
