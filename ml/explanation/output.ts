/** Which number of a model is explained, and on what scale it adds up. */
import { Fault } from '../../platform/fault.ts'
import type { Model } from '../models/model.ts'
import type { Task } from '../models/problem.ts'

/**
 * `log_odds` of a class against the other; `score` of a class before softmax, whose differences are log odds; `probability`
 * of a class; `value`, the number that is predicted; `log_value`, its natural logarithm.
 */
export const spaces = ['log_odds', 'score', 'probability', 'value', 'log_value'] as const
export type Space = (typeof spaces)[number]

export interface Output {
  /** Among the numbers that a way to explain adds up. */
  readonly index: number
  /** -1 where that number speaks for the other class. */
  readonly sign: 1 | -1
  readonly space: Space
}

/** The number for class `k` (0 for one without classes) among `outputs` raw ones, before a sigmoid or softmax. */
export function rawOutput(task: Task, outputs: number, k: number): Output {
  if (task === 'binary' && outputs === 1) return { index: 0, sign: k === 1 ? 1 : -1, space: 'log_odds' }
  return { index: outputs === 1 ? 0 : k, sign: 1, space: task === 'binary' || task === 'multiclass' ? 'score' : 'value' }
}

const likely: ReadonlySet<Task> = new Set(['binary', 'multiclass', 'clustering'])

/** The number for class `k` among the answers themselves. */
export const answerOutput = (task: Task, k: number): Output => ({ index: k, sign: 1, space: likely.has(task) ? 'probability' : 'value' })

/** Position of a class (or cluster, or component) by its name. Throws `invalid_input` with the names there are. */
export function classNamed({ classes, task }: Pick<Model, 'classes' | 'task'>, name: string): number {
  const k = classes.findIndex((each) => String(each) === name)
  if (k >= 0) return k
  const known = classes
    .slice(0, 20)
    .map((each) => `'${each}'`)
    .join(', ')
  throw new Fault(
    'invalid_input',
    classes.length === 0
      ? `This model (${task}) predicts a number, so there is no class '${name}'. Leave class out.`
      : `The model knows no class '${name}'. Use one of ${known}.`,
  )
}
