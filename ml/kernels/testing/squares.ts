/** Work for tests of teams. */
import type { Perform } from '../team.ts'

/** Task 0 adds the square of the unit to its place, task 1 takes a while and writes which thread did it. */
export function performSquares(list: Float64Array): Perform {
  return (task, unit, thread) => {
    if (task === 0) list[unit] = (list[unit] ?? 0) + unit * unit
    else {
      const until = performance.now() + 1
      while (performance.now() < until) list[unit] = thread
    }
  }
}
