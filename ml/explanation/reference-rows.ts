/** The rows a model is explained with: of the dataset that is named, else of the data it learned from. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { getDataset } from '../data/datasets.ts'
import type { Frame } from '../data/frame.ts'
import { loadFrame } from '../data/frame-reader.ts'
import type { ModelVersion } from '../registry/registry.ts'

export interface Place {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Rows read from a larger dataset, drawn at random; what is used of them is drawn by the caller's seed. */
const mostRows = 20_000

export interface ReferenceRows {
  /** Dataset and version, as name@version. */
  readonly name: string
  /** The model's inputs, and the column it predicts where the dataset has it. */
  readonly frame: Frame
}

/** Throws `not_found` for an unknown dataset or one without an input of the model, `invalid_input` where none is known. */
export async function referenceRows(place: Place, { model, signature, reference }: ModelVersion, named?: string): Promise<ReferenceRows> {
  const ref = named ?? (reference && `${reference.dataset}@${reference.version}`)
  if (ref === undefined)
    throw new Fault('invalid_input', `It is not known what data '${model}' learned from. Name a dataset with its columns.`)
  const dataset = await getDataset(place.db, place.workspace, ref)
  const target = dataset.columns.filter(({ name }) => name === signature.target)
  const columns = [...signature.inputs, ...target].map(({ name }) => name)
  const frame = await loadFrame(dataset, { blobs: place.blobs, signal: place.signal, columns, sample: mostRows })
  return { name: `${dataset.name}@${dataset.version}`, frame }
}
