/** What a training is asked for, and what comes of it. */
import type { CalibrationMethod } from '../evaluation/calibration.ts'
import type { Metrics } from '../evaluation/metrics.ts'
import type { CurvePoint } from '../models/algorithm.ts'
import type { Model } from '../models/model.ts'
import type { Task } from '../models/problem.ts'

export interface TrainSpec {
  /** Column to predict. Absent for algorithms that predict none; where they find anomalies, its labels measure them. */
  readonly target?: string
  /** A name in the table of algorithms, or `auto`: cross-validate what fits the task and keep the best, or several that answer together. */
  readonly algorithm: string
  /** Default 5. */
  readonly folds?: number
  /** Rows with the same value here are tested together; one fold per value. Not an input. */
  readonly foldColumn?: string
  /** Folds test on what is later than what they train on. Not an input. */
  readonly timeColumn?: string
  /** Rows with the same value here stay together, on one side of every fold. Not an input. */
  readonly groupColumn?: string
  /** Rounds of folds, each dealt anew. Default 1. */
  readonly repeats?: number
  /** Positive numbers: how much each row counts. Not an input. */
  readonly weightColumn?: string
  /** How much each class counts, by name; absent ones 1. `balanced`: all classes the same in all. */
  readonly classWeight?: 'balanced' | Readonly<Record<string, number>>
  /** Columns of groups of people: rows count so that group and answer are independent (Kamiran & Calders 2012). They stay inputs. */
  readonly reweighBy?: readonly string[]
  /** Lays a curve over the probabilities, learned on the folds' test rows, so that they mean what they say. */
  readonly calibration?: CalibrationMethod
  /** What `auto` chooses by. Default: the first of the task's metrics. */
  readonly metric?: string
  readonly params?: Readonly<Record<string, unknown>>
  /** Seconds that `auto` may take, above 0. Default 120. */
  readonly timeBudget?: number
  /** Default 0. */
  readonly seed?: number
  /** Default: inferred from the target. */
  readonly task?: 'classification' | 'regression'
}

export interface FoldOutcome {
  readonly fold: string
  readonly metrics: Metrics
  /** Of fitting. */
  readonly seconds: number
}

export interface CandidateOutcome {
  readonly algorithm: string
  readonly metrics: Metrics
  readonly seconds: number
}

export interface TrainOutcome {
  /** Fitted on all rows. */
  readonly model: Model
  /** `encodeModel(model)`, made off the main thread. */
  readonly bytes: Uint8Array
  readonly algorithm: string
  readonly task: Task
  /** All parameters, defaults filled in. */
  readonly params: Readonly<Record<string, unknown>>
  /** What candidates were compared by. */
  readonly metric: string
  /** Means over the folds, each measured on rows that its model had not seen. */
  readonly metrics: Metrics
  readonly folds: readonly FoldOutcome[]
  /** Metrics, on the same folds, of always answering the class shares or the mean; of folds in time, the answer of the row before. */
  readonly baseline: Metrics
  /** The learning curve of the fit on all rows; empty for algorithms that draw none. */
  readonly curve: readonly CurvePoint[]
  /** Every algorithm that `auto` tried, best first; else the one. */
  readonly candidates: readonly CandidateOutcome[]
  readonly rows: number
  /** Wall time of everything. */
  readonly seconds: number
  readonly seed: number
  readonly warnings: readonly string[]
}

export interface TrainProgress {
  /** 0 to 1. */
  readonly fraction: number
  readonly message: string
}
