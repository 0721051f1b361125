/** The configured reranker, if there is one. */
import type { Egress } from '../../platform/egress/egress.ts'
import { configuredModel } from '../inference/model-source.ts'
import { openHttpReranker } from './http.ts'
import type { Reranker } from './reranker.ts'
import { openTransformersReranker } from './transformers.ts'

export type RerankerChoice =
  /** `model`: a name on the hub or a folder, relative to the working folder. */
  | { readonly kind: 'transformers'; readonly model: string }
  | { readonly kind: 'http'; readonly url: string; readonly model?: string; readonly key?: string }

export interface RerankerConfig {
  readonly choice: RerankerChoice | undefined
  /** Another hub than huggingface.co. */
  readonly hub: string | undefined
  readonly workingFolder: string
  /** The folder of local models: downloads go here. */
  readonly models: string
}

export type OpenReranker = Reranker & Partial<AsyncDisposable>

/** Nothing is loaded or asked before the first call; a model that is not there says so then. */
export function openReranker(
  { choice, hub, workingFolder, models }: RerankerConfig,
  { egress }: { readonly egress: Egress },
): OpenReranker | undefined {
  if (!choice) return undefined
  if (choice.kind === 'http') return openHttpReranker({ ...choice, egress })
  const { model } = choice
  return openTransformersReranker(model, () => ({
    ...configuredModel(model, { cache: models, workingFolder }),
    ...(hub === undefined ? {} : { hub }),
  }))
}
