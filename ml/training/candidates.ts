/** What the folds said of each algorithm that was tried, best first. */
import { isBetter, type Metrics } from '../evaluation/metrics.ts'
import type { FoldScore } from './jobs.ts'
import type { PlanSummary, Result } from './messages.ts'
import type { FoldOutcome } from './spec.ts'

export interface Candidate {
  readonly algorithm: string
  readonly scores: readonly FoldScore[]
  readonly folds: readonly FoldOutcome[]
  readonly metrics: Metrics
  readonly baseline: Metrics
  readonly seconds: number
}

/** The scores among the results of a crew. */
export const scoresOf = (results: readonly Result[]): readonly FoldScore[] =>
  results.flatMap((result) => (result.kind === 'scored' ? [result.score] : []))

/** `scores` has each algorithm's folds, one algorithm after the other. By the plan's metric; the earlier one wins a tie. */
export function ranked({ candidates, foldNames, metric }: PlanSummary, scores: readonly FoldScore[]): readonly Candidate[] {
  const all = candidates.map((algorithm, i) =>
    candidateOf(algorithm, foldNames, scores.slice(i * foldNames.length, (i + 1) * foldNames.length)),
  )
  const value = ({ metrics }: Candidate): number => metrics[metric] ?? Number.NaN
  return all.toSorted((a, b) => (isBetter(metric, value(a), value(b)) ? -1 : isBetter(metric, value(b), value(a)) ? 1 : 0))
}

export function candidateOf(algorithm: string, foldNames: readonly string[], scores: readonly FoldScore[]): Candidate {
  return {
    algorithm,
    scores,
    folds: scores.map(({ metrics, seconds }, fold) => ({ fold: foldNames[fold] ?? '', metrics, seconds })),
    metrics: meanOf(scores.map(({ metrics }) => metrics)),
    baseline: meanOf(scores.map(({ baseline }) => baseline)),
    seconds: scores.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** The same with other metrics fold by fold: after a calibration. */
export function remeasured(candidate: Candidate, metrics: readonly Metrics[]): Candidate {
  const folds = candidate.folds.map((fold, i) => ({ ...fold, metrics: metrics[i] ?? fold.metrics }))
  return { ...candidate, folds, metrics: meanOf(folds.map((fold) => fold.metrics)) }
}

/** Of each metric, over the folds that define it. */
export function meanOf(all: readonly Metrics[]): Metrics {
  const names = [...new Set(all.flatMap((metrics) => Object.keys(metrics)))]
  return Object.fromEntries(
    names.map((name) => {
      const values = all.map((metrics) => metrics[name]).filter((value) => value !== undefined)
      return [name, values.reduce((sum, value) => sum + value, 0) / values.length]
    }),
  )
}
