/** What a training and its worker threads say to each other. */
import type { FaultCode, FieldError } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import type { Calibration } from '../evaluation/calibration.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import type { Model } from '../models/model.ts'
import type { CalibratedScores } from './calibrate.ts'
import type { FoldScore, JobSpec } from './jobs.ts'
import type { Plan } from './plan.ts'
import type { TrainSpec } from './spec.ts'
import type { StackedFolds } from './stacking.ts'

export interface WorkerInput {
  readonly frame: Frame
  readonly spec: TrainSpec
  /** Least milliseconds between two checkpoints of a fit. Absent: none are made. */
  readonly checkpointMs?: number
}

/** One piece of work. `key` names it among all of the training: what was kept of it is found by that. */
export type Job = { readonly key: string } & (
  | (JobSpec & FoldJob)
  | (JobSpec & { readonly kind: 'all'; readonly calibration?: Calibration })
  | { readonly kind: 'calibrate'; readonly scores: readonly Float64Array[] }
  | { readonly kind: 'stack'; readonly candidates: readonly (readonly Float64Array[])[] }
  | {
      readonly kind: 'join'
      readonly members: readonly { readonly model: Model; readonly weight: number }[]
      readonly calibration?: Calibration
    }
)

interface FoldJob {
  readonly kind: 'fold'
  readonly fold: number
  /** Of the training rows that the fit may see; absent: all. */
  readonly share?: number
  /** Its result has the scores of the test rows; absent: where the spec makes something of them. */
  readonly keepScores?: boolean
  /** Data and parameters that do not go together are a result, and end nothing. */
  readonly mayFail?: boolean
}

/** How a hand is to do a job. */
export interface Orders {
  /** Threads the fit may use. */
  readonly threads: number
  /** Of `encodeState`, from a checkpoint of this very job. */
  readonly restored?: Uint8Array
}

export type PlanSummary = Pick<Plan, 'candidates' | 'metric' | 'warnings'> & {
  readonly task: Plan['problem']['task']
  readonly rows: number
  readonly foldNames: readonly string[]
}

export type Result =
  | { readonly kind: 'scored'; readonly score: FoldScore }
  | { readonly kind: 'fitted'; readonly model: Model; readonly bytes: Uint8Array; readonly curve: readonly CurvePoint[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'calibrated'; readonly calibrated: CalibratedScores }
  | { readonly kind: 'stacked'; readonly stacked: StackedFolds }

export type Reply =
  | Result
  | { readonly kind: 'planned'; readonly plan: PlanSummary }
  | { readonly kind: 'progress'; readonly fraction: number; readonly point?: CurvePoint }
  | { readonly kind: 'checkpoint'; readonly state: Uint8Array }
  | { readonly kind: 'failed'; readonly code: FaultCode; readonly message: string; readonly errors: readonly FieldError[] }
