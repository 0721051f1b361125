/** Where a local model comes from: a folder of the operator's, or a name on the hub with a copy in the data folder. */
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { Fault } from '../../platform/fault.ts'

/** `owner/name`, or a name alone as old models have. */
const hubName = /^[A-Za-z0-9][\w.-]*(\/[A-Za-z0-9][\w.-]*)?$/

export interface ModelSource {
  /** As the operator wrote it; recorded with the vectors. */
  readonly model: string
  /** Where the files are; absent while only the hub has them. */
  readonly folder?: string
  /** Downloads go here, one folder per model. */
  readonly cache: string
  /** Whether files that are not here yet may be fetched. */
  readonly remote: boolean
}

export interface ModelPlace {
  /** Where downloads go, one folder per model. */
  readonly cache: string
  /** The folder that relative paths start from. */
  readonly workingFolder: string
}

/** Throws `unavailable` for what is neither a folder nor a possible name on the hub. */
export function configuredModel(model: string, { cache, workingFolder }: ModelPlace): ModelSource {
  const folder = isAbsolute(model) ? model : join(workingFolder, model)
  const looksLikePath = /^(\.{0,2}\/|~|[A-Za-z]:\\)/.test(model)
  if (existsSync(join(folder, 'config.json'))) return { model, folder, cache, remote: false }
  if (looksLikePath || !hubName.test(model)) {
    throw new Fault(
      'unavailable',
      `The model folder '${model}' has no config.json. Name a folder with config.json, tokenizer.json and onnx/model.onnx, or a model of the hub such as 'Xenova/all-MiniLM-L6-v2'.`,
    )
  }
  return { model, cache, remote: true }
}

/**
 * A model that only a recorded name asks for: nothing is fetched for it, and no folder outside the cache is read, since
 * such a name may come with imported data. Undefined where it is not here.
 */
export function cachedModel(model: string, cache: string): ModelSource | undefined {
  if (!hubName.test(model) || !existsSync(join(cache, model, 'config.json'))) return undefined
  return { model, cache, remote: false }
}
