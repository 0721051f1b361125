/** Learns what a model's probabilities are worth from the scores of all folds, and measures that on rows it was not learned on. */
import { type Calibration, type CalibrationMethod, calibrationOf, crossCalibrated, rowsOf } from '../evaluation/calibration.ts'
import { type Metrics, measure, type Scored } from '../evaluation/metrics.ts'
import type { Plan } from './plan.ts'

export interface CalibratedScores {
  /** For the model fitted on all rows. */
  readonly calibration: Calibration
  /** Fold by fold, each through a calibration learned on the other folds. */
  readonly metrics: readonly Metrics[]
}

/** `scores` are those of each fold's test rows. Throws `invalid_input` where there is nothing to calibrate. */
export function calibrateFolds(
  { problem, folds }: Pick<Plan, 'problem' | 'folds'>,
  scores: readonly Float64Array[],
  method: CalibrationMethod,
): CalibratedScores {
  const tested = folds.flatMap(({ test }) => [...test])
  const foldOf = Int32Array.from(folds.flatMap(({ test }, fold) => new Array<number>(test.length).fill(fold)))
  const all = new Float64Array(scores.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const own of scores) {
    all.set(own, at)
    at += own.length
  }
  const scored: Scored = {
    task: problem.task,
    classes: problem.classes,
    target: Float64Array.from(tested, (row) => problem.target[row] ?? 0),
    scores: all,
  }
  const crossed = { ...scored, scores: crossCalibrated(scored, foldOf, method) }
  return {
    calibration: calibrationOf(scored, method),
    metrics: folds.map((_, fold) => measure(rowsOf(crossed, rowsWhere(foldOf, fold)))),
  }
}

const rowsWhere = (foldOf: Int32Array, fold: number): Uint32Array =>
  Uint32Array.from(foldOf, (_, row) => row).filter((row) => foldOf[row] === fold)
