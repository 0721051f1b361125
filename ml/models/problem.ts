/** What an algorithm is given to learn from: numbers only, column by column, whatever the table held before. */

/**
 * With a target: `binary` and `multiclass` predict one of some classes, `regression` a number. Without: `clustering` finds
 * groups, `anomaly` scores how unusual a row is, `projection` describes rows by few numbers, `recommendation` ranks items
 * for users.
 */
export const tasks = ['binary', 'multiclass', 'regression', 'clustering', 'anomaly', 'projection', 'recommendation'] as const
export type Task = (typeof tasks)[number]

const supervised: ReadonlySet<Task> = new Set(['binary', 'multiclass', 'regression'])

/** Whether the task learns to predict a target column. */
export const isSupervised = (task: Task): boolean => supervised.has(task)

/** A column the model reads. The order of `levels` gives each text its code. */
export type InputColumn =
  | { readonly name: string; readonly type: 'number' }
  | { readonly name: string; readonly type: 'category'; readonly levels: readonly string[] }

/**
 * One array per column: numbers as they are, categories as codes. Missing is NaN.
 * A code of -1, which only scoring sees, is a text that training never saw.
 */
export interface Inputs {
  readonly rows: number
  readonly columns: readonly InputColumn[]
  readonly values: readonly Float64Array[]
}

export interface Problem extends Inputs {
  readonly task: Task
  /** How many classes `target` may name; 0 for regression and tasks without a target. */
  readonly classes: number
  /** The index of the class, or the number itself. Never missing; empty for tasks without a target. */
  readonly target: Float64Array
  /** How much each row counts: above 0, 1 on average. Absent: all count the same. */
  readonly weights?: Float64Array
}

/** The same problem on some of its rows, in the order given. */
export function takeRows(problem: Problem, rows: Uint32Array): Problem {
  return {
    ...problem,
    rows: rows.length,
    values: problem.values.map((column) => take(column, rows)),
    target: problem.target.length === 0 ? problem.target : take(problem.target, rows),
    ...(problem.weights && { weights: take(problem.weights, rows) }),
  }
}

function take(values: Float64Array, rows: Uint32Array): Float64Array {
  const taken = new Float64Array(rows.length)
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] ?? 0] ?? Number.NaN
  return taken
}

const oneNumber: ReadonlySet<Task> = new Set(['regression', 'anomaly', 'recommendation'])

/** How many scores a row gets: one per class, cluster or component, or one number. */
export function outputs(shape: { readonly task: Task; readonly classes: number }): number {
  return oneNumber.has(shape.task) ? 1 : shape.classes
}

/** The weighted share of each class, or the weighted mean: what a model that ignores its inputs would answer. */
export function prior(problem: Pick<Problem, 'task' | 'classes' | 'target' | 'weights'>): Float64Array {
  const { target, weights } = problem
  const scores = new Float64Array(outputs(problem))
  let total = 0
  for (let row = 0; row < target.length; row++) {
    const value = target[row] ?? 0
    const weight = weights?.[row] ?? 1
    const slot = problem.task === 'regression' ? 0 : value
    scores[slot] = (scores[slot] ?? 0) + weight * (problem.task === 'regression' ? value : 1)
    total += weight
  }
  return scores.map((sum) => sum / Math.max(total, Number.MIN_VALUE))
}

/** The class that a row's scores choose: the most likely one, and the second of two at exactly one half. */
export function chosenClass(scores: Float64Array, at: number, classes: number): number {
  if (classes === 2) return (scores[at + 1] ?? 0) >= (scores[at] ?? 0) ? 1 : 0
  let best = 0
  for (let k = 1; k < classes; k++) if ((scores[at + k] ?? 0) > (scores[at + best] ?? 0)) best = k
  return best
}
