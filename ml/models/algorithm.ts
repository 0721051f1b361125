/** An algorithm: one file that fits and scores, and one line in the table of algorithms.ts. */
import type { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { InputColumn, Problem, Task } from './problem.ts'

/** Reads one row (a number per column, as in `Inputs`) and writes its scores: a probability per class, or one number. */
export type Scorer = (row: Float64Array, scores: Float64Array) => void

/** What a fitted value needs to be read again. */
export interface Shape {
  readonly columns: readonly InputColumn[]
  readonly task: Task
  readonly classes: number
}

export interface FitControl {
  /** All randomness of a fit comes from it. */
  readonly seed: number
  /** 0 to 1. */
  readonly progress: (fraction: number) => void
}

export interface AlgorithmDefinition<P extends z.ZodType, F extends z.ZodType> {
  /** As callers write it, snake_case. */
  readonly name: string
  /** For people. */
  readonly title: string
  readonly tasks: readonly Task[]
  /** Parses `{}` to the defaults. */
  readonly params: P
  /** What fitting learned, as JSON. */
  readonly fitted: F
  readonly fit: (problem: Problem, params: z.output<P>, control: FitControl) => z.output<F>
  readonly scorer: (fitted: z.output<F>, shape: Shape) => Scorer
}

/** An algorithm with its own types erased: how the table, training and models hold it. */
export interface Algorithm {
  readonly name: string
  readonly title: string
  readonly tasks: readonly Task[]
  readonly params: z.ZodType
  readonly fitted: z.ZodType
  /** Throws `invalid_input` when the data is beyond its arithmetic. */
  fit(problem: Problem, params: unknown, control: FitControl): unknown
  /** Throws a ZodError when `fitted` is not what this algorithm's `fit` returns. */
  scorer(fitted: unknown, shape: Shape): Scorer
}

/** Erases the types of a definition; its schemas guard them again. */
export function defineAlgorithm<P extends z.ZodType, F extends z.ZodType>(definition: AlgorithmDefinition<P, F>): Algorithm {
  const { name, title, tasks, params, fitted } = definition
  return {
    name,
    title,
    tasks,
    params,
    fitted,
    fit: (problem, raw, control) => {
      const learned = fitted.safeParse(definition.fit(problem, params.parse(raw), control))
      if (learned.success) return learned.data
      const words = `${title} did not reach finite numbers on these ${problem.rows} rows: some values are too large. Scale the columns and try again.`
      throw new Fault('invalid_input', words, { cause: learned.error })
    },
    scorer: (raw, shape) => definition.scorer(fitted.parse(raw), shape),
  }
}
