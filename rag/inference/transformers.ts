/** Local models of @huggingface/transformers in a process of their own: what they are asked, and what a failure means to people. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type ModelProcess, openModelProcess } from './model-process.ts'
import type { ModelSource } from './model-source.ts'
import type { ModelJob } from './transformers.worker.ts'

const properties = z.object({
  dimensions: z.int().positive(),
  tokens: z.int().positive(),
  pooling: z.enum(['mean', 'cls', 'last']),
  query: z.string(),
  passage: z.string(),
})
const numbers = z.instanceof(Float32Array)

/** What a loaded model says of itself: vector length, tokens it reads of a text, pooling and prefixes. */
export type ModelProperties = z.infer<typeof properties>
export type TransformersProcess = ModelProcess<ModelJob, ModelProperties, Float32Array>

/** Whether the optional package is installed; that it runs on this machine shows at the first load. */
export function transformersInstalled(): boolean {
  try {
    import.meta.resolve('@huggingface/transformers')
    return true
  } catch {
    return false
  }
}

export interface TransformersModel extends ModelSource {
  readonly task: 'embed' | 'score'
  /** Another hub than huggingface.co. */
  readonly hub?: string
  /** Longest wait for a sign of life while loading. */
  readonly loadPatienceMs?: number
}

/** The step for people whose installation lacks the package. */
export const howToInstall = 'Run npm ci again with ONNXRUNTIME_NODE_INSTALL=skip set and without --omit=optional.'

/** Nothing is loaded before the first call. */
export function openTransformers({ loadPatienceMs, ...model }: TransformersModel): TransformersProcess {
  const title = `The model '${model.model}'`
  return openModelProcess({
    script: new URL('./transformers.worker.ts', import.meta.url),
    settings: model,
    title,
    properties,
    answer: numbers,
    explain: ({ kind, message }) => new Fault('unavailable', `${title} ${reasonOf(kind, model)}`, { cause: new Error(message) }),
    ...(loadPatienceMs === undefined ? {} : { loadPatienceMs }),
  })
}

function reasonOf(kind: string, { model, folder, cache, hub = 'https://huggingface.co' }: TransformersModel): string {
  const here = folder ?? `${cache}/${model}`
  const byHand = `copy its folder (config.json, tokenizer.json, onnx/model.onnx) to ${cache}/${model}`
  const reasons: Readonly<Record<string, string>> = {
    library: `needs the package @huggingface/transformers, which is not installed. ${howToInstall}`,
    platform: `cannot run here: ONNX Runtime has no build for ${process.platform}-${process.arch}. Use a hosted model.`,
    network: `is not here yet and ${hostOf(hub)} cannot be reached. Connect once, or ${byHand}.`,
    'unknown model': `is not on ${hostOf(hub)}, needs a token (HF_TOKEN), or has no ONNX weights there. Check the name, or ${byHand}.`,
    'missing file': `is not whole: ${here} lacks config.json, tokenizer.json, tokenizer_config.json or onnx/model.onnx.`,
  }
  return (
    reasons[kind] ?? `cannot be read: a file in ${here} is damaged or of a kind the library does not know. Remove it and fetch it again.`
  )
}

const hostOf = (hub: string): string => (URL.canParse(hub) ? new URL(hub).host : 'the hub')
