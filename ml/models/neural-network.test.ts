import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import type { CurvePoint } from './algorithm.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { neuralNetwork } from './neural-network.ts'
import { type InputColumn, outputs, type Problem } from './problem.ts'

const control = { seed: 0, progress: () => undefined }

/** Two numbers whose product decides (no straight line can), a category that adds to it; some of each missing. */
function crossed(rows: number, task: Problem['task']): Problem {
  const random = seededRandom(21)
  const gap = (value: number): number => (random() < 0.05 ? Number.NaN : value)
  const a = Float64Array.from({ length: rows }, () => gap(40 + 10 * random()))
  const b = Float64Array.from({ length: rows }, () => gap(1e-3 * random()))
  const c = Float64Array.from({ length: rows }, () => gap(Math.floor(3 * random())))
  const target = Float64Array.from({ length: rows }, (_, i) => {
    const product = ((a[i] || 45) - 45) * ((b[i] || 5e-4) - 5e-4) * 1000 + (c[i] === 2 ? 1 : 0)
    if (task === 'regression') return 5000 + 100 * product
    return task === 'binary' ? Number(product > 0.2) : product < -0.3 ? 0 : product < 0.5 ? 1 : 2
  })
  const columns: readonly InputColumn[] = [
    { name: 'a', type: 'number' },
    { name: 'b', type: 'number' },
    { name: 'c', type: 'category', levels: ['x', 'y', 'z'] },
  ]
  return { rows, columns, values: [a, b, c], task, classes: { binary: 2, multiclass: 3 }[String(task)] ?? 0, target }
}

function scoresOf(problem: Problem, params: unknown = {}, train = problem): Float64Array {
  const fitted = decodeValue(encodeValue(neuralNetwork.fit(train, params, control)))
  const scores = new Float64Array(problem.rows * outputs(problem))
  neuralNetwork.batchScorer(fitted, problem)(problem.values, problem.rows, scores)
  return scores
}

function accuracy(problem: Problem, scores: Float64Array): number {
  const width = outputs(problem)
  const right = [...problem.target].filter((y, row) => {
    const own = [...scores.slice(row * width, (row + 1) * width)]
    return own.indexOf(Math.max(...own)) === y
  })
  return right.length / problem.rows
}

describe('the neural network', () => {
  it.each(['binary', 'multiclass'] as const)('learns what no straight line can (%s)', (task) => {
    const problem = crossed(600, task)
    const scores = scoresOf(problem)
    expect(accuracy(problem, scores)).toBeGreaterThan(0.9)
    const width = outputs(problem)
    expect(scores.slice(0, width).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  })

  it('estimates numbers in their own unit', () => {
    const problem = crossed(600, 'regression')
    const scores = scoresOf(problem)
    const mean = problem.target.reduce((sum, y) => sum + y, 0) / problem.rows
    const residual = problem.target.reduce((sum, y, i) => sum + (y - (scores[i] ?? 0)) ** 2, 0)
    expect(1 - residual / problem.target.reduce((sum, y) => sum + (y - mean) ** 2, 0)).toBeGreaterThan(0.85)
  })

  it('scores a row alone as in a table, to the bit', () => {
    const problem = crossed(300, 'multiclass')
    const fitted = neuralNetwork.fit(problem, { max_epochs: 3 }, control)
    const all = new Float64Array(900)
    neuralNetwork.batchScorer(fitted, problem)(problem.values, 300, all)
    const scorer = neuralNetwork.scorer(fitted, problem)
    const one = new Float64Array(3)
    for (const row of [0, 7, 255, 256, 299]) {
      scorer(
        Float64Array.from(problem.values, (column) => column[row] ?? 0),
        one,
      )
      expect([...one]).toEqual([...all.slice(3 * row, 3 * row + 3)])
    }
  })

  it('answers for a level that training never saw, and for a row of which nothing is known', () => {
    const problem = crossed(200, 'binary')
    const fitted = neuralNetwork.fit(problem, { max_epochs: 3 }, control)
    const scores = new Float64Array(2)
    for (const row of [Float64Array.of(45, 1e-4, -1), new Float64Array(3).fill(Number.NaN), Float64Array.of(1e300, -1e300, 1)]) {
      neuralNetwork.scorer(fitted, problem)(row, scores)
      expect(scores.every(Number.isFinite)).toBe(true)
    }
  })

  it('gives the same bytes for the same seed', () => {
    const problem = crossed(150, 'binary')
    const bytes = (seed: number) => Buffer.from(encodeValue(neuralNetwork.fit(problem, { max_epochs: 4 }, { ...control, seed })))
    expect(bytes(1).equals(bytes(1))).toBe(true)
    expect(bytes(1).equals(bytes(2))).toBe(false)
  })

  it('listens to the weights of rows: one that hardly counts is hardly learned', () => {
    const rows = 400
    const random = seededRandom(2)
    const x = Float64Array.from({ length: rows }, () => random() - 0.5)
    const columns = [{ name: 'x', type: 'number' }] as const
    /** The second half says the opposite of the first. */
    const target = x.map((value, i) => Number(value > 0 === i < rows / 2))
    const shape = { rows, columns, values: [x], task: 'binary', classes: 2, target } as const
    const share = (weights: Float64Array): number => {
      const scores = scoresOf(shape, { max_epochs: 30 }, { ...shape, weights })
      return [...x].filter((value, i) => (scores[2 * i + 1] ?? 0) > 0.5 === value > 0).length / rows
    }
    expect(share(Float64Array.from(x, (_, i) => (i < rows / 2 ? 1.99 : 0.01)))).toBeGreaterThan(0.9)
    expect(share(Float64Array.from(x, (_, i) => (i < rows / 2 ? 0.01 : 1.99)))).toBeLessThan(0.1)
  })

  it('finds nothing where nothing is: shuffled labels', () => {
    const problem = crossed(400, 'binary')
    const random = seededRandom(6)
    const curve: CurvePoint[] = []
    const noise = { ...problem, target: problem.target.map(() => Math.floor(2 * random())) }
    neuralNetwork.fit(noise, {}, { ...control, progress: (_, point) => point && curve.push(point) })
    expect(Math.min(...curve.map(({ validation_loss: loss = 0 }) => loss))).toBeGreaterThan(0.6)
  })

  it('bears a constant target, an empty column, one row and more columns than rows', () => {
    const wide = Array.from({ length: 50 }, (_, i) => Float64Array.of(i, 2 * i, 1))
    const columns = wide.map((_, i): InputColumn => ({ name: `c${i}`, type: 'number' }))
    const base = { rows: 3, columns, values: wide, task: 'regression', classes: 0, target: Float64Array.of(5, 5, 5) } as const
    expect(scoresOf(base)[0]).toBeCloseTo(5, 1)
    expect(scoresOf({ ...base, values: wide.map(() => new Float64Array(3).fill(Number.NaN)) })[0]).toBeCloseTo(5, 1)
    expect(scoresOf({ ...base, rows: 1, values: wide.map((column) => column.slice(0, 1)), target: Float64Array.of(5) })[0]).toBeCloseTo(
      5,
      6,
    )
  })

  it('gives a category of a million levels one input per frequent level', () => {
    const rows = 2000
    const code = Float64Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? 0 : 400 * i))
    const columns = [{ name: 'c', type: 'category', levels: Array.from({ length: 1_000_000 }, String) } as const]
    const target = Float64Array.from({ length: rows }, (_, i) => i % 2)
    const problem = { rows, columns, values: [code], task: 'binary', classes: 2, target } as const
    expect(accuracy(problem, scoresOf(problem, { max_epochs: 5 }))).toBeGreaterThan(0.95)
  })

  it('refuses a target whose squares are infinite, and a network beyond its memory', () => {
    const problem = crossed(50, 'regression')
    expect(() => neuralNetwork.fit({ ...problem, target: problem.target.map((_, i) => (i % 2) * 2e160) }, {}, control)).toThrow(
      /beyond 1e150/,
    )
    expect(() => neuralNetwork.fit(problem, { hidden_layers: [4096, 4096, 4096, 4096, 4096] }, control)).toThrow(/smaller hidden_layers/)
  })

  it('refuses weights that are not of its layers', () => {
    const problem = crossed(60, 'binary')
    const fitted = neuralNetwork.fit(problem, { max_epochs: 1 }, control)
    if (typeof fitted !== 'object') throw new Error('a network')
    expect(() => neuralNetwork.scorer({ ...fitted, weights: new Float32Array(3) }, problem)).toThrow(/not of these layers/)
    expect(() => neuralNetwork.scorer(fitted, { ...problem, columns: [] })).toThrow(/not of the columns/)
  })
})
