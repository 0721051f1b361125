/** An algorithm: one file that fits and scores, and one line in the table of algorithms.ts. */
import type { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { InputColumn, Problem, Task } from './problem.ts'

/** Reads one row (a number per column, as in `Inputs`) and writes its scores: a probability per class, or one number. */
export type Scorer = (row: Float64Array, scores: Float64Array) => void

/** Scores all rows of some columns at once: `scores` gets `rows x outputs` numbers, row by row. */
export type BatchScorer = (values: readonly Float64Array[], rows: number, scores: Float64Array) => void

/** What a fitted value needs to be read again. */
export interface Shape {
  readonly columns: readonly InputColumn[]
  readonly task: Task
  /** Classes, clusters or components; 0 where a row gets one number. */
  readonly classes: number
}

/** One point of a learning curve: `step` counts trees, rounds or epochs from 1; the other names are losses or metrics. */
export type CurvePoint = Readonly<Record<string, number>> & { readonly step: number }

/** What a fit keeps so that a killed process goes on where it was, to the bit. */
export interface Checkpoint {
  /** What this very fit (same data, parameters, seed) saved last; only the algorithm knows its shape. Absent on a first try. */
  readonly restored?: unknown
  /** Call it after every unit of work (a tree, an epoch). `state` is asked for only when it is time to write; it gives structured-clone data. */
  save(state: () => unknown): void
}

export interface FitControl {
  /** All randomness of a fit comes from it. Derive one generator per unit of work, so that a resumed fit draws the same. */
  readonly seed: number
  /** `fraction` 0 to 1, never smaller than before. `point` adds to the learning curve. */
  readonly progress: (fraction: number, point?: CurvePoint) => void
  /** Threads the fit may use, its own included; the result is the same for any number. Absent: 1. */
  readonly threads?: number
  readonly checkpoint?: Checkpoint
}

/** What a task without a target is judged by; for the others metrics.ts measures scores. */
export type Measure<F> = (
  fitted: F,
  shape: Shape,
  data: { readonly train: Problem; readonly test: Problem },
) => Readonly<Record<string, number>>

export interface AlgorithmDefinition<P extends z.ZodType, F extends z.ZodType> {
  /** As callers write it, snake_case. */
  readonly name: string
  /** For people. */
  readonly title: string
  readonly tasks: readonly Task[]
  /** Whether `fit` honours `problem.weights`. Where it does not, a training with weights is refused. */
  readonly weighted: boolean
  /** Parses `{}` to the defaults. */
  readonly params: P
  /** What fitting learned: JSON, with typed arrays for long lists. */
  readonly fitted: F
  /** Throws `invalid_input` when the data is beyond its arithmetic. */
  readonly fit: (problem: Problem, params: z.output<P>, control: FitControl) => z.output<F>
  readonly scorer: (fitted: z.output<F>, shape: Shape) => Scorer
  /** A faster way for many rows, with the same results to the bit. */
  readonly batchScorer?: (fitted: z.output<F>, shape: Shape) => BatchScorer
  /** Tasks without a target: names of the clusters or components that the fit found, in the order of the scores. */
  readonly answers?: (fitted: z.output<F>) => readonly string[]
  /** Tasks without a target: how good the fit is on rows it has not seen. */
  readonly measure?: Measure<z.output<F>>
}

/** An algorithm with its own types erased: how the table, training and models hold it. */
export interface Algorithm {
  readonly name: string
  readonly title: string
  readonly tasks: readonly Task[]
  readonly weighted: boolean
  readonly params: z.ZodType
  readonly fitted: z.ZodType
  /** Throws `invalid_input` when the data is beyond its arithmetic. */
  fit(problem: Problem, params: unknown, control: FitControl): unknown
  /** Throws a ZodError when `fitted` is not what this algorithm's `fit` returns. */
  scorer(fitted: unknown, shape: Shape): Scorer
  /** As `scorer`, for many rows. */
  batchScorer(fitted: unknown, shape: Shape): BatchScorer
  answers(fitted: unknown): readonly string[]
  readonly measure: Measure<unknown> | undefined
}

/** Erases the types of a definition; its schemas guard them again. */
export function defineAlgorithm<P extends z.ZodType, F extends z.ZodType>(definition: AlgorithmDefinition<P, F>): Algorithm {
  const { name, title, tasks, weighted, params, fitted } = definition
  const scorer = (raw: unknown, shape: Shape): Scorer => definition.scorer(fitted.parse(raw), shape)
  const { measure } = definition
  return {
    name,
    title,
    tasks,
    weighted,
    params,
    fitted,
    fit: (problem, raw, control) => {
      const learned = fitted.safeParse(definition.fit(problem, params.parse(raw), control))
      if (learned.success) return learned.data
      const words = `${title} did not reach finite numbers on these ${problem.rows} rows: some values are too large. Scale the columns and try again.`
      throw new Fault('invalid_input', words, { cause: learned.error })
    },
    scorer,
    batchScorer: (raw, shape) => definition.batchScorer?.(fitted.parse(raw), shape) ?? rowByRow(scorer(raw, shape)),
    answers: (raw) => definition.answers?.(fitted.parse(raw)) ?? [],
    measure: measure && ((raw, shape, data) => measure(fitted.parse(raw), shape, data)),
  }
}

function rowByRow(scorer: Scorer): BatchScorer {
  return (values, rows, all) => {
    const row = new Float64Array(values.length)
    const width = all.length / Math.max(1, rows)
    const scores = new Float64Array(width)
    for (let i = 0; i < rows; i++) {
      for (let column = 0; column < values.length; column++) row[column] = values[column]?.[i] ?? Number.NaN
      scorer(row, scores)
      all.set(scores, i * width)
    }
  }
}
