import { describe, expect, it } from 'vitest'
import { knn } from './knn.ts'
import { fitted, fittedScores, noisyProblem, problemOf } from './scoring-testing.ts'

const control = { seed: 0, progress: () => undefined }
const line = problemOf([[0, 1, 2, 3, 10]], { task: 'regression', classes: 0, target: [0, 10, 20, 30, 100] })

describe('knn', () => {
  it('answers a row it has kept with that row alone when near ones count more', () => {
    expect(fitted(knn, line, { weights: 'distance', n_neighbors: 3 })(2)[0]).toBe(20)
  })

  it('answers with all rows where there are fewer than neighbours asked for', () => {
    expect(fitted(knn, line, { n_neighbors: 1000 })(0)[0]).toBe(32)
  })

  it('takes a missing number for the mean', () => {
    const predict = fitted(knn, line, { n_neighbors: 1 })
    expect(predict(Number.NaN)).toEqual(predict(3.2))
  })

  it('holds a category that training never saw to be equally far from all', () => {
    const towns = problemOf([], { task: 'regression', classes: 0, target: [1, 2, 9] }, [{ levels: 3, codes: [0, 1, 2] }])
    expect(fitted(knn, towns, { n_neighbors: 3, weights: 'distance' })(-1)[0]).toBe(4)
    expect(fitted(knn, towns, { n_neighbors: 1 })(2)[0]).toBe(9)
  })

  it('keeps no more rows than asked, the same ones for the same seed', () => {
    const problem = noisyProblem(400, { task: 'binary', classes: 2 })
    const kept = (seed: number): unknown => knn.fit(problem, { max_rows: 50 }, { ...control, seed })
    expect(kept(3)).toEqual(kept(3))
    expect(kept(3)).not.toEqual(kept(4))
    expect(fittedScores(knn, problem, { max_rows: 50 }).every((score) => score >= 0 && score <= 1)).toBe(true)
  })

  it('refuses to keep a table that no model should hold, and says how much it may', () => {
    const wide = {
      ...problemOf([], { task: 'binary', classes: 2, target: [] }),
      rows: 1_000_000,
      columns: Array.from({ length: 100 }, (_, i) => ({ name: `x${i}`, type: 'number' as const })),
    }
    expect(() => knn.fit(wide, { max_rows: 1_000_000 }, control)).toThrow(/Set max_rows to 671088 or less/)
  })
})
