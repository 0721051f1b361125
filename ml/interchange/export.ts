/** Models as files that other programs read: LightGBM text, ONNX, or JSON for whoever writes a reader of their own. */
import { Fault } from '../../platform/fault.ts'
import { inThread } from '../../platform/thread-job.ts'
import { decodeModel, type Model } from '../models/model.ts'
import { linearOf, treesOf } from './contents.ts'
import { writeLightgbm } from './lightgbm-write.ts'
import { modelJson } from './model-json.ts'
import { writeOnnx } from './onnx/write.ts'

export const exportFormats = ['lightgbm', 'onnx', 'json'] as const
export type ExportFormat = (typeof exportFormats)[number]

export interface ExportInput {
  /** Of `encodeModel`. */
  readonly bytes: Uint8Array
  readonly format: ExportFormat
}

/** As `exportModel`, in a worker thread: the text of a large forest takes seconds. */
export function exportOffLoop(input: ExportInput, signal: AbortSignal): Promise<Uint8Array> {
  return inThread<Uint8Array>({ file: new URL('./export.worker.ts', import.meta.url), data: input, signal, title: 'The export' })
}

/** The file's bytes. Throws `invalid_input` with the formats that can hold the model. */
export function exportModel({ bytes, format }: ExportInput): Uint8Array {
  const model = decodeModel(bytes)
  if (format === 'json') return new TextEncoder().encode(modelJson(model))
  if (model.calibration !== undefined)
    throw new Fault(
      'invalid_input',
      `The probabilities of this model are calibrated, which ${format} files here do not hold. Export it as json, or train it without calibration.`,
    )
  if (format === 'onnx') return onnx(model)
  const trees = treesOf(model)
  if (trees !== undefined && trees.trees.width === 1) return new TextEncoder().encode(writeLightgbm(trees, model.columns))
  throw new Fault(
    'invalid_input',
    `A ${model.algorithm} model is no sum of trees with one number a leaf, so LightGBM cannot hold it. Export it as ${trees ? 'onnx or json' : linearOf(model) ? 'onnx or json' : 'json'}.`,
  )
}

function onnx(model: Model): Uint8Array {
  const written = writeOnnx(model)
  if (written !== undefined) return written
  throw new Fault('invalid_input', `A ${model.algorithm} model cannot be written as ONNX. Export it as json.`)
}
