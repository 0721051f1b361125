/** Trains on a dataset of the workspace and keeps the model's bytes; what is left to the caller is to record it. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { getDataset } from '../data/datasets.ts'
import { loadFrame } from '../data/frame-reader.ts'
import { codeVersion } from './code-version.ts'
import type { TrainOutcome, TrainSpec } from './spec.ts'
import { type TrainOptions, train } from './train.ts'
import type { NewTraining } from './trainings.ts'

export interface TrainingPlace extends TrainOptions {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
}

/** `dataset` is a name or name@version, `run` the id to record it under. Pass `training` to `recordTraining` in the call's commit. */
export async function trainDataset(
  { db, blobs, workspace, signal, onProgress }: TrainingPlace,
  { dataset: ref, run, spec }: { readonly dataset: string; readonly run: string; readonly spec: TrainSpec },
): Promise<{ readonly training: NewTraining; readonly outcome: TrainOutcome }> {
  const dataset = await getDataset(db, workspace, ref)
  onProgress?.({ fraction: 0, message: `Loading ${dataset.name}@${dataset.version}` })
  const frame = await loadFrame(dataset, { blobs, signal })
  const outcome = await train(frame, spec, onProgress ? { signal, onProgress } : { signal })
  const { algorithm, task, params, metric, metrics, folds, baseline, seconds, seed, warnings } = outcome
  const training = {
    run,
    workspace,
    dataset: dataset.name,
    datasetVersion: dataset.version,
    datasetBlob: dataset.blob,
    spec,
    ...{ algorithm, task, params, metric, metrics, folds, baseline, seconds, seed, warnings },
    model: await blobs.put(outcome.bytes),
    codeVersion,
  }
  return { training, outcome }
}
