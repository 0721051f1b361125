/** What a training and its worker threads say to each other. */

import type { FaultCode, FieldError } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import type { Model } from '../models/model.ts'
import type { FoldScore, JobSpec } from './jobs.ts'
import type { Plan } from './plan.ts'
import type { TrainSpec } from './spec.ts'

export interface WorkerInput {
  readonly frame: Frame
  readonly spec: TrainSpec
}

/** `fold` absent: fit the final model. */
export interface Job extends JobSpec {
  readonly fold?: number
}

export type PlanSummary = Pick<Plan, 'candidates' | 'metric' | 'warnings'> & {
  readonly task: Plan['problem']['task']
  readonly rows: number
  readonly foldNames: readonly string[]
}

export type Reply =
  | { readonly kind: 'planned'; readonly plan: PlanSummary }
  | { readonly kind: 'progress'; readonly fraction: number }
  | { readonly kind: 'scored'; readonly score: FoldScore }
  | { readonly kind: 'fitted'; readonly model: Model; readonly bytes: Uint8Array }
  | { readonly kind: 'failed'; readonly code: FaultCode; readonly message: string; readonly errors: readonly FieldError[] }
