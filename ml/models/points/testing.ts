/** A table for tests of what has no target: three clouds of 60 rows whose formula any other program can repeat. */
import type { Problem } from '../problem.ts'

/** The cloud of row i is i % 3. The same formula gave the digits of scikit-learn in the tests. */
export function threeClouds(task: Problem['task']): Problem {
  const column = (value: (i: number) => number): Float64Array => Float64Array.from({ length: 60 }, (_, i) => value(i))
  return numbersProblem(task, [
    column((i) => (i % 3 === 1 ? 4 : 0) + Math.sin(i * 1.7)),
    column((i) => (i % 3 === 2 ? 3 : 0) + Math.cos(i * 2.3)),
    column((i) => (i % 3 === 0 ? 2 : 0) + Math.sin(i * 0.9) * Math.cos(i)),
  ])
}

export const numbersProblem = (task: Problem['task'], values: readonly Float64Array[]): Problem => ({
  task,
  classes: 0,
  rows: values[0]?.length ?? 0,
  columns: values.map((_, i) => ({ name: `x${i}`, type: 'number' })),
  values,
  target: new Float64Array(0),
})
