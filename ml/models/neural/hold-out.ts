/** Sets rows aside to choose the best epoch by: the same for the same seed, and from every class its share. */
import { seededRandom, shuffled } from '../../evaluation/seeded-random.ts'
import type { Problem } from '../problem.ts'
import type { TrainingRows } from './train-network.ts'

/** `fraction` of the rows of each class (or of all, in regression), rounded down; none of a class of few rows. */
export function holdOut({ rows, task, target }: Pick<Problem, 'rows' | 'task' | 'target'>, fraction: number, seed: number): TrainingRows {
  const order = shuffled(rows, seededRandom(seed))
  const groupOf = (row: number): number => (task === 'regression' ? 0 : (target[row] ?? 0))
  const left = new Map<number, number>()
  for (const row of order) left.set(groupOf(row), (left.get(groupOf(row)) ?? 0) + 1)
  for (const [group, count] of left) left.set(group, Math.floor(fraction * count))
  const held = order.filter((row) => {
    const wanted = left.get(groupOf(row)) ?? 0
    left.set(groupOf(row), wanted - 1)
    return wanted > 0
  })
  const aside = new Set(held)
  return { held: held.sort(), train: order.filter((row) => !aside.has(row)).sort() }
}
