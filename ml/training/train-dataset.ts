/** Trains on a dataset of the workspace and keeps the model's bytes; what is left to the caller is to record it. */
import { digestOf } from '../../platform/canonical.ts'
import { type Dataset, getDataset } from '../data/datasets.ts'
import type { Frame } from '../data/frame.ts'
import { loadFrame } from '../data/frame-reader.ts'
import { type CheckpointPlace, type Checkpoints, openCheckpoints, store, sweepCheckpoints } from './checkpoints.ts'
import { codeVersion } from './code-version.ts'
import { infinitiesIn } from './infinities.ts'
import type { TrainOutcome, TrainSpec } from './spec.ts'
import { type TrainOptions, train } from './train.ts'
import type { NewTraining } from './trainings.ts'

export interface TrainingPlace extends CheckpointPlace, Omit<TrainOptions, 'checkpoints'> {}

/** A piece of long work on a dataset: its rows, and what an earlier process has kept of the same run. */
export interface Prepared {
  readonly dataset: Dataset
  readonly frame: Frame
  readonly checkpoints: Checkpoints
  /** What of the data cannot be read as it stands. */
  readonly warnings: readonly string[]
}

/**
 * Loads a dataset (a name or name@version) for `run` and hands it to `work` with the run's checkpoints, which are found
 * again when `wish` is the same. Call `clearCheckpoints` when the run's effect is committed.
 */
export async function withDataset<T>(
  place: TrainingPlace,
  { dataset: ref, run, wish }: { readonly dataset: string; readonly run: string; readonly wish: unknown },
  work: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  const { db, blobs, workspace, signal, onProgress } = place
  const dataset = await getDataset(db, workspace, ref)
  onProgress?.({ fraction: 0, message: `Loading ${dataset.name}@${dataset.version}` })
  const frame = await loadFrame(dataset, { blobs, signal })
  const warnings = await infinitiesIn(dataset, { blobs, signal })
  const inputs = digestOf({ data: dataset.blob, wish, code: codeVersion })
  await sweepCheckpoints({ db, blobs, workspace })
  const checkpoints = await openCheckpoints({ db, blobs, workspace }, { run, inputs })
  try {
    const done = await work({ dataset, frame, checkpoints, warnings })
    await checkpoints.settled()
    return done
  } catch (error) {
    await checkpoints.flush()
    await sweepCheckpoints({ db, blobs, workspace })
    throw error
  }
}

/** `run` is the id to record it under. Pass `training` to `recordTraining` in the call's commit. */
export async function trainDataset(
  place: TrainingPlace,
  { dataset: ref, run, spec }: { readonly dataset: string; readonly run: string; readonly spec: TrainSpec },
): Promise<{ readonly training: NewTraining; readonly outcome: TrainOutcome }> {
  return withDataset(place, { dataset: ref, run, wish: spec }, async ({ dataset, frame, checkpoints, warnings }) => {
    const trained = await train(frame, spec, { ...place, checkpoints })
    const outcome = { ...trained, warnings: [...warnings, ...trained.warnings] }
    return { training: await trainingOf(place, { outcome, run, dataset, spec }), outcome }
  })
}

/** The record of a training; its model's bytes are stored. */
export async function trainingOf(
  { blobs, workspace }: Pick<TrainingPlace, 'blobs' | 'workspace'>,
  {
    outcome,
    run,
    dataset,
    spec,
  }: { readonly outcome: TrainOutcome; readonly run: string; readonly dataset: Dataset; readonly spec: TrainSpec },
): Promise<NewTraining> {
  const { algorithm, task, params, metric, metrics, folds, baseline, curve, seconds, seed, warnings } = outcome
  return {
    ...{ run, workspace, spec, codeVersion },
    dataset: dataset.name,
    datasetVersion: dataset.version,
    datasetBlob: dataset.blob,
    ...{ algorithm, task, params, metric, metrics, folds, baseline, curve, seconds, seed, warnings },
    model: await store(blobs, outcome.bytes),
  }
}
