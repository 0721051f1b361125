/** A trial: one setting of the parameters and how far it came. */
import { isBetter } from '../evaluation/metrics.ts'
import type { Candidate } from '../training/candidates.ts'
import type { Params } from '../training/params.ts'

export const trialStates = ['finished', 'stopped', 'failed'] as const
/** `stopped`: others were ahead, or the time was up. `failed`: the data cannot be learned with these parameters. */
export type TrialState = (typeof trialStates)[number]

export interface Trial {
  /** From 1, in the order they were proposed. */
  readonly number: number
  /** All parameters, defaults filled in. */
  readonly params: Params
  /** Those that are searched. */
  readonly tried: Params
  readonly state: TrialState
  /** The metric over what was measured of it; undefined where nothing could be. */
  readonly value: number | undefined
  /** Share of the whole cross-validation that it got, above 0 to 1. */
  readonly done: number
  /** What its folds said. */
  readonly candidate: Candidate
  /** Why it failed. */
  readonly reason?: string
}

/** Best first: finished trials by value, then stopped ones by how far they came; the earlier one wins a tie. */
export function bestFirst(trials: readonly Trial[], metric: string): readonly Trial[] {
  const better = (a: Trial, b: Trial): number => {
    if (a.value === undefined || b.value === undefined) return Number(a.value === undefined) - Number(b.value === undefined)
    if (a.done !== b.done) return b.done - a.done
    if (a.value === b.value) return 0
    return isBetter(metric, a.value, b.value) ? -1 : 1
  }
  return trials.toSorted(better)
}
