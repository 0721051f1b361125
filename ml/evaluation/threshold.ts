/** From which probability on to say yes: where mistakes cost least, or where one measure is best, among all that the rows tell apart. */
import { type Step, steps } from './ranking.ts'

/** Measures a threshold can be chosen by; more is better. */
export const thresholdMetrics = ['f1', 'youden', 'balanced_accuracy', 'accuracy', 'mcc'] as const

export type Objective =
  | { readonly kind: 'metric'; readonly metric: (typeof thresholdMetrics)[number] }
  /** What one wrong yes and one wrong no cost, in any unit; right answers cost nothing. */
  | { readonly kind: 'cost'; readonly falsePositive: number; readonly falseNegative: number }

export interface Outcome {
  readonly truePositives: number
  readonly falsePositives: number
  readonly falseNegatives: number
  readonly trueNegatives: number
}

export interface ThresholdChoice extends Outcome {
  /** The lowest probability called positive; null where calling nothing positive is best. */
  readonly threshold: number | null
  /** Mean cost of a row, or the measure. */
  readonly value: number
}

/** The highest of the best thresholds. Undefined when the rows are all of one kind: then every choice is a guess. */
export function chooseThreshold(
  positive: Uint8Array,
  scores: Float64Array,
  objective: Objective,
  weights?: Float64Array,
): ThresholdChoice | undefined {
  const all = steps(positive, scores, weights)
  const last = all.at(-1)
  if (last === undefined || last.truePositives === 0 || last.falsePositives === 0) return undefined
  let best: ThresholdChoice | undefined
  const none: Omit<Step, 'threshold'> = { truePositives: 0, falsePositives: 0 }
  for (const step of [{ ...none, threshold: null }, ...all]) {
    const outcome = outcomeOf(step, last)
    const value = worthOf(outcome, objective)
    if (best === undefined || (objective.kind === 'cost' ? value < best.value : value > best.value))
      best = { threshold: step.threshold, value, ...outcome }
  }
  return best
}

/** What a given threshold does, judged by the same objective. */
export function outcomeAt(
  threshold: number,
  { positive, scores, weights }: { readonly positive: Uint8Array; readonly scores: Float64Array; readonly weights?: Float64Array },
  objective: Objective,
): ThresholdChoice {
  const counts = { truePositives: 0, falsePositives: 0, falseNegatives: 0, trueNegatives: 0 }
  for (let row = 0; row < positive.length; row++) {
    const called = (scores[row] ?? 0) >= threshold
    const kind = positive[row] === 1 ? (called ? 'truePositives' : 'falseNegatives') : called ? 'falsePositives' : 'trueNegatives'
    counts[kind] += weights?.[row] ?? 1
  }
  return { threshold, value: worthOf(counts, objective), ...counts }
}

function outcomeOf({ truePositives, falsePositives }: Omit<Step, 'threshold'>, last: Step): Outcome {
  return {
    truePositives,
    falsePositives,
    falseNegatives: last.truePositives - truePositives,
    trueNegatives: last.falsePositives - falsePositives,
  }
}

function worthOf(outcome: Outcome, objective: Objective): number {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = outcome
  if (objective.kind === 'cost') return (fp * objective.falsePositive + fn * objective.falseNegative) / (tp + fp + fn + tn)
  switch (objective.metric) {
    case 'f1':
      return (2 * tp) / (2 * tp + fp + fn)
    case 'youden':
      return tp / (tp + fn) - fp / (fp + tn)
    case 'balanced_accuracy':
      return (tp / (tp + fn) + tn / (fp + tn)) / 2
    case 'accuracy':
      return (tp + tn) / (tp + fp + fn + tn)
    case 'mcc': {
      const spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
      return spread > 0 ? (tp * tn - fp * fn) / Math.sqrt(spread) : 0
    }
  }
}
