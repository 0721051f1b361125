/** The curves of each class against the rest, short enough to draw. */
import { scoreOf } from './classification.ts'
import {
  type CalibrationPoint,
  calibrationCurve,
  type GainPoint,
  gainCurve,
  type PrecisionRecallPoint,
  precisionRecallCurve,
  type RocPoint,
  rocCurve,
  thinned,
} from './curves.ts'
import type { Scored } from './metrics.ts'

export interface ClassCurves {
  /** The class counted as positive. */
  readonly class: string
  readonly roc: readonly RocPoint[]
  readonly precisionRecall: readonly PrecisionRecallPoint[]
  readonly gain: readonly GainPoint[]
  readonly calibration: readonly CalibrationPoint[]
}

/** A page draws no more; both ends are exact. */
const mostPoints = 200
/** Beyond this many classes their curves are a heap of paper. */
const mostClasses = 20

/** For two classes the second one's; none for classes that every row or no row is of, and none for numbers. */
export function classCurves(scored: Scored, names: readonly string[]): readonly ClassCurves[] {
  if (scored.task === 'regression') return []
  return names.slice(0, mostClasses).flatMap((name, k) => {
    if (scored.task === 'binary' && k === 0) return []
    const positive = Uint8Array.from(scored.target, (value) => (value === k ? 1 : 0))
    if (!positive.includes(1) || !positive.includes(0)) return []
    const scores = scoreOf(scored, k)
    return [
      {
        class: name,
        roc: thinned(rocCurve(positive, scores), mostPoints),
        precisionRecall: thinned(precisionRecallCurve(positive, scores), mostPoints),
        gain: thinned(gainCurve(positive, scores), mostPoints),
        calibration: calibrationCurve(positive, scores),
      },
    ]
  })
}
