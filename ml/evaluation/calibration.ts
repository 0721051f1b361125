/**
 * Makes probabilities mean what they say: of the cases given .8, about 80 % should come true. A curve from score to observed
 * share is learned on rows the model has not seen and laid over its answers; with more than two classes one curve for each
 * class against the rest, then shares again (Zadrozny & Elkan 2002), as scikit-learn's CalibratedClassifierCV does.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { float64s } from '../models/numbers.ts'
import { fitIsotonic, heightAt } from './isotonic.ts'
import type { Scored } from './metrics.ts'
import { fitPlatt, sigmoidAt } from './platt.ts'

export const calibrationMethods = ['platt', 'isotonic'] as const
export type CalibrationMethod = (typeof calibrationMethods)[number]

/** Part of a stored model. Two classes have one curve, that of the second; more have one each. */
export const calibrationSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('platt').describe('A sigmoid of the log odds'),
    curves: z
      .array(z.strictObject({ slope: z.number().describe('Of the log odds'), intercept: z.number().describe('At even odds') }))
      .describe('One per class, or one for two classes'),
  }),
  z.strictObject({
    method: z.literal('isotonic').describe('A rising line of corners'),
    curves: z
      .array(z.strictObject({ x: float64s.describe('Probabilities given'), y: float64s.describe('Shares observed') }))
      .describe('One per class, or one for two classes'),
  }),
])

export type Calibration = z.infer<typeof calibrationSchema>

/**
 * Learns from probabilities of rows that the model was not fitted on (out-of-fold scores). Platt needs few rows; isotonic
 * bends to any shape and wants a thousand or more. Throws `invalid_input` where there are no classes or one has no rows.
 */
export function calibrationOf(scored: Scored, method: CalibrationMethod): Calibration {
  if (scored.task !== 'binary' && scored.task !== 'multiclass')
    throw new Fault(
      'invalid_input',
      `Only probabilities of classes can be calibrated, and this is a ${scored.task} model. Leave calibration out.`,
    )
  const classes = calibratedClasses(scored.classes)
  for (const k of classes) requireBothKinds(scored, k)
  const positives = classes.map((k) => Uint8Array.from(scored.target, (value) => (value === k ? 1 : 0)))
  const column = (k: number, of: (p: number) => number): Float64Array =>
    Float64Array.from(scored.target, (_, row) => of(scored.scores[row * scored.classes + k] ?? 0))
  if (method === 'platt')
    return { method, curves: classes.map((k, i) => fitPlatt(column(k, logOdds), positives[i] ?? new Uint8Array(), scored.weights)) }
  return {
    method,
    curves: classes.map((k, i) => fitIsotonic(column(k, Number), Float64Array.from(positives[i] ?? []), scored.weights)),
  }
}

/** Lays the calibration over one row's probabilities, in place: `classes` numbers from `at` on. */
export function calibrateRow(calibration: Calibration, scores: Float64Array, at: number, classes: number): void {
  if (classes === 2) {
    const p = calibrated(calibration, 0, scores[at + 1] ?? 0)
    scores[at] = 1 - p
    scores[at + 1] = p
    return
  }
  let sum = 0
  for (let k = 0; k < classes; k++) {
    const p = calibrated(calibration, k, scores[at + k] ?? 0)
    scores[at + k] = p
    sum += p
  }
  for (let k = 0; k < classes; k++) scores[at + k] = sum > 0 ? (scores[at + k] ?? 0) / sum : 1 / classes
}

/** The same for every row, as a copy. */
export function calibratedScores(calibration: Calibration, scores: Float64Array, classes: number): Float64Array {
  const copy = scores.slice()
  for (let at = 0; at < copy.length; at += classes) calibrateRow(calibration, copy, at, classes)
  return copy
}

/**
 * What a calibrated model scores on rows that neither it nor its calibration saw: each fold's rows go through a calibration
 * learned on the other folds. `foldOf[row]` counts folds from 0. Measure these, not the scores a calibration was learned on.
 */
export function crossCalibrated(scored: Scored, foldOf: Int32Array, method: CalibrationMethod): Float64Array {
  const scores = scored.scores.slice()
  for (const fold of new Set(foldOf)) {
    const others = Uint32Array.from(foldOf, (_, row) => row).filter((row) => foldOf[row] !== fold)
    const calibration = calibrationOf(rowsOf(scored, others), method)
    for (let row = 0; row < foldOf.length; row++) {
      if (foldOf[row] === fold) calibrateRow(calibration, scores, row * scored.classes, scored.classes)
    }
  }
  return scores
}

/** Some rows of a sample, in the order given. */
export function rowsOf(scored: Scored, rows: Uint32Array): Scored {
  const width = scored.target.length === 0 ? 0 : scored.scores.length / scored.target.length
  const scores = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) scores.set(scored.scores.subarray(row * width, (row + 1) * width), i * width)
  const { weights } = scored
  return {
    ...scored,
    target: Float64Array.from(rows, (row) => scored.target[row] ?? 0),
    scores,
    ...(weights && { weights: Float64Array.from(rows, (row) => weights[row] ?? 0) }),
  }
}

const calibratedClasses = (classes: number): readonly number[] => (classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k))

function calibrated(calibration: Calibration, curve: number, p: number): number {
  if (calibration.method === 'isotonic') {
    const line = calibration.curves[curve]
    return line === undefined ? p : heightAt(line, p)
  }
  const sigmoid = calibration.curves[curve]
  return sigmoid === undefined ? p : sigmoidAt(sigmoid, logOdds(p))
}

/** Bounded: a model that is sure of everything would otherwise give infinite odds. */
function logOdds(p: number): number {
  const inside = Math.min(1 - 1e-15, Math.max(1e-15, p))
  return Math.log(inside / (1 - inside))
}

function requireBothKinds({ target, scores, classes }: Scored, k: number): void {
  const rows = target.reduce((count, value) => count + (value === k ? 1 : 0), 0)
  if (rows === 0 || rows === target.length)
    throw new Fault(
      'invalid_input',
      `Probabilities cannot be calibrated: ${rows} of ${target.length} rows are of class ${k}, and both it and others are needed. Use fewer folds or more rows.`,
    )
  const broken = scores.findIndex((score) => !Number.isFinite(score))
  if (broken >= 0)
    throw new Fault(
      'invalid_input',
      `The score ${scores[broken]} of row ${Math.floor(broken / classes)} is no probability. Score the rows again.`,
    )
}
