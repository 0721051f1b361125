/** Fits an algorithm on a small problem and asks it for scores: what tests of algorithms do again and again. */
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { Algorithm } from './algorithm.ts'
import { outputs, type Problem } from './problem.ts'

const control = { seed: 0, progress: () => undefined }

/** Fits and returns a function from the values of a row to its scores. */
export function fitted(algorithm: Algorithm, problem: Problem, params: unknown = {}): (...row: readonly number[]) => readonly number[] {
  const scorer = algorithm.scorer(algorithm.fit(problem, params, control), problem)
  return (...row) => {
    const scores = new Float64Array(outputs(problem))
    scorer(Float64Array.from(row), scores)
    return [...scores]
  }
}

/** Fits on one problem and scores all rows of another (or the same) at once: `rows x outputs` numbers. */
export function fittedScores(algorithm: Algorithm, problem: Problem, params: unknown = {}, test: Problem = problem): Float64Array {
  const scores = new Float64Array(test.rows * outputs(problem))
  algorithm.batchScorer(algorithm.fit(problem, params, control), problem)(test.values, test.rows, scores)
  return scores
}

export type Outcome = Pick<Problem, 'task' | 'classes'> & { readonly target: readonly number[]; readonly weights?: readonly number[] }

/** Columns of numbers as they are; `levels` of the categories that follow them, as codes. Weights are made 1 on average. */
export function problemOf(
  numbers: readonly (readonly number[])[],
  { target, weights, task, classes }: Outcome,
  categories: readonly { readonly levels: number; readonly codes: readonly number[] }[] = [],
): Problem {
  const mean = (weights ?? []).reduce((sum, weight) => sum + weight, 0) / target.length
  return {
    rows: target.length,
    columns: [
      ...numbers.map((_, i) => ({ name: `x${i}`, type: 'number' as const })),
      ...categories.map(({ levels }, i) => ({
        name: `c${i}`,
        type: 'category' as const,
        levels: Array.from({ length: levels }, (_, level) => `level ${level}`),
      })),
    ],
    values: [...numbers, ...categories.map(({ codes }) => codes)].map((column) => Float64Array.from(column)),
    task,
    classes,
    target: Float64Array.from(target),
    ...(weights && { weights: Float64Array.from(weights, (weight) => weight / mean) }),
  }
}

/** Four numbers, some of them missing, and two categories, of which the target depends on three; noise makes it no table. */
export function noisyProblem(rows: number, { task, classes }: Pick<Problem, 'task' | 'classes'>, seed = 1): Problem {
  const random = seededRandom(seed)
  const draw = (): number => random() + random() + random() - 1.5
  const numbers = Array.from({ length: 4 }, () => Array.from({ length: rows }, draw))
  const codes = [3, 8].map((levels) => Array.from({ length: rows }, () => Math.floor(random() * levels)))
  const raw = Array.from(
    { length: rows },
    (_, row) => 2 * (numbers[0]?.[row] ?? 0) - (numbers[1]?.[row] ?? 0) + (codes[0]?.[row] ?? 0) + draw(),
  )
  const cuts = Array.from(
    { length: Math.max(0, classes - 1) },
    (_, k) => raw.toSorted((a, b) => a - b)[Math.floor(((k + 1) * rows) / classes)] ?? 0,
  )
  const target = task === 'regression' ? raw : raw.map((value) => cuts.filter((cut) => value >= cut).length)
  const holed = numbers.map((column, i) => (i === 2 ? column.map((value) => (random() < 0.1 ? Number.NaN : value)) : column))
  return problemOf(holed, { task, classes, target }, [
    { levels: 3, codes: codes[0] ?? [] },
    { levels: 8, codes: codes[1] ?? [] },
  ])
}
