/** Answers that take no learning: what a model must beat before it is worth anything. */
import { outputs, type Problem, prior } from '../models/problem.ts'

type Known = Pick<Problem, 'task' | 'classes' | 'target'>

/** Always the class shares, or the mean, of the rows learned from: scores for `rows` rows. */
export function constantScores(learned: Known & Pick<Problem, 'weights'>, rows: number): Float64Array {
  const constant = prior(learned)
  return Float64Array.from({ length: rows * constant.length }, (_, i) => constant[i % constant.length] ?? 0)
}

/**
 * "Same as last time": each tested row is answered with the target of the row before it in time, whether that row trained
 * or was itself tested, as whoever waits one step for the truth could answer. On streams that change slowly this is hard to
 * beat. The first row of all gets the class shares or the mean. `times` has every row of `known`; rows of the same time
 * follow each other as they stand in the table. Classes are answered with certainty, so log_loss is harsh on it.
 */
export function lastScores(known: Known, times: Float64Array, test: Uint32Array): Float64Array {
  const order = Uint32Array.from(times, (_, row) => row).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
  const before = new Int32Array(times.length).fill(-1)
  for (let i = 1; i < order.length; i++) before[order[i] ?? 0] = order[i - 1] ?? -1
  const width = outputs(known)
  const scores = new Float64Array(test.length * width)
  for (const [i, row] of test.entries()) {
    const last = before[row] ?? -1
    if (last < 0) scores.set(prior(known), i * width)
    else if (known.task === 'regression') scores[i] = known.target[last] ?? 0
    else scores[i * width + (known.target[last] ?? 0)] = 1
  }
  return scores
}
