/** Tunes on a dataset of the workspace; every trial becomes a training of its own, with the tuning as its parent. */
import type { Queryable } from '../../platform/database/database.ts'
import type { Dataset } from '../data/datasets.ts'
import { codeVersion } from '../training/code-version.ts'
import type { PlanSummary } from '../training/messages.ts'
import { type TrainingPlace, trainingOf, withDataset } from '../training/train-dataset.ts'
import { type NewTraining, recordTraining } from '../training/trainings.ts'
import type { Trial } from './trial.ts'
import { type TuneOutcome, type TuneWish, tune } from './tune.ts'

export interface TuningPlace extends TrainingPlace {
  /** Does something once, however often the run is delivered (see `Context.step`). */
  readonly step: (name: string, effect: (tx: Queryable) => Promise<null>) => Promise<null>
}

/** The run of a trial: its number behind the tuning's. */
export const trialRun = (run: string, number: number): string => `${run}.${number}`

/** `run` is the id to record the tuning under. Pass `training` to `recordTraining` in the call's commit. */
export async function tuneDataset(
  place: TuningPlace,
  { dataset: ref, run, wish }: { readonly dataset: string; readonly run: string; readonly wish: TuneWish },
): Promise<{ readonly training: NewTraining; readonly outcome: TuneOutcome }> {
  return withDataset(place, { dataset: ref, run, wish }, async ({ dataset, frame, checkpoints, warnings }) => {
    const record = async (trial: Trial, plan: PlanSummary): Promise<void> => {
      const training = trialTraining(trial, { run, dataset, wish, plan, workspace: place.workspace })
      await place.step(`trial ${trial.number}`, async (tx) => {
        await recordTraining(tx, training)
        return null
      })
    }
    const tuned = await tune(frame, wish, { ...place, checkpoints, record })
    const outcome = { ...tuned, warnings: [...warnings, ...tuned.warnings] }
    // The best parameters with the same folds and seed: repeated as a plain training they give this very model.
    const spec = { ...wish.spec, params: outcome.params }
    return { training: await trainingOf(place, { outcome, run, dataset, spec }), outcome }
  })
}

interface TrialPlace {
  readonly run: string
  readonly workspace: string
  readonly dataset: Dataset
  readonly wish: TuneWish
  readonly plan: PlanSummary
}

function trialTraining(trial: Trial, { run, workspace, dataset, wish, plan }: TrialPlace): NewTraining {
  const { algorithm, seed = 0 } = wish.spec
  const { metrics, folds, baseline, seconds } = trial.candidate
  return {
    ...{ workspace, codeVersion, algorithm, seed, metrics, folds, baseline, seconds },
    run: trialRun(run, trial.number),
    parent: run,
    state: trial.state,
    dataset: dataset.name,
    datasetVersion: dataset.version,
    datasetBlob: dataset.blob,
    spec: { ...wish.spec, params: trial.params },
    params: trial.params,
    task: plan.task,
    metric: plan.metric,
    curve: [],
    warnings: trial.reason === undefined ? [] : [trial.reason],
  }
}
