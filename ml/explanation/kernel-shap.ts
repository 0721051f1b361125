/**
 * Shapley values of any model by asking it: a coalition of columns keeps this row's values, the other columns take those of
 * background rows, and the mean answer is the coalition's worth. All coalitions where they are few (exact), else those of
 * coalitions.ts and the weighted least squares whose solution Shapley values are (Lundberg & Lee 2017, theorem 2).
 */
import type { BatchScorer } from '../models/algorithm.ts'
import { addAt, at } from '../models/at.ts'
import { solvePositive } from '../models/linear/cholesky.ts'
import { type Coalitions, chooseCoalitions } from './coalitions.ts'
import { type Rows, rowAt, type Shap } from './shapley.ts'

export interface KernelOptions {
  readonly scorer: BatchScorer
  /** Scores a row gets, and which of them is explained. */
  readonly outputs: number
  readonly output: number
  /** At least one row. */
  readonly background: Rows
  /** Most coalitions asked for each row, about. */
  readonly coalitions: number
  readonly random: () => number
}

/** Shapley values of one row, in the space of its scores. Asks for `coalitions x background` scores. */
export function kernelShap(row: Float64Array, options: KernelOptions): Shap {
  const { background } = options
  /** A column that every background row shares with this one can change nothing. */
  const varying = Array.from(row.keys()).filter((column) => differs(row, background, column))
  const worth = worthOf(row, varying, options)
  const [base = 0, whole = 0] = worth(ends(varying.length))
  const found = values(varying.length, { ...options, worth, base, gain: whole - base })
  const all = new Float64Array(row.length)
  for (const [i, column] of varying.entries()) all[column] = at(found, i)
  return { base, values: all }
}

function differs(row: Float64Array, background: Rows, column: number): boolean {
  for (let other = 0; other < background.count; other++) {
    if (!Object.is(background.values[other * background.width + column], row[column])) return true
  }
  return false
}

/** Nobody, and everybody. */
function ends(columns: number): Pick<Coalitions, 'count' | 'holds'> {
  return { count: 2, holds: new Uint8Array(2 * columns).fill(1, columns) }
}

/** Worth of each coalition: the mean score over background rows. */
type Worth = (coalitions: Pick<Coalitions, 'count' | 'holds'>) => Float64Array

interface Game extends Pick<KernelOptions, 'coalitions' | 'random'> {
  readonly worth: Worth
  readonly base: number
  /** Worth of everybody less that of nobody. */
  readonly gain: number
}

function values(columns: number, game: Game): Float64Array {
  if (columns === 0) return new Float64Array(0)
  if (columns === 1) return Float64Array.of(game.gain)
  if (2 ** columns <= game.coalitions) return allCoalitions(columns, game.worth)
  return regression(columns, game)
}

/** φ_i = Σ over S without i of |S|! (M - |S| - 1)! / M! (v(S and i) - v(S)); bit i of a number stands for column i. */
function allCoalitions(columns: number, worth: Worth): Float64Array {
  const count = 2 ** columns
  const holds = new Uint8Array(count * columns)
  const sizes = new Uint8Array(count)
  for (let set = 0; set < count; set++) {
    for (let i = 0; i < columns; i++) {
      const bit = (set >> i) & 1
      holds[set * columns + i] = bit
      sizes[set] = (sizes[set] ?? 0) + bit
    }
  }
  const worths = worth({ count, holds })
  const weights = orderWeights(columns)
  return Float64Array.from({ length: columns }, (_, i) => {
    let sum = 0
    for (let set = 0; set < count; set++) {
      if (((set >> i) & 1) === 0) sum += (weights[sizes[set] ?? 0] ?? 0) * (at(worths, set | (1 << i)) - at(worths, set))
    }
    return sum
  })
}

/** s! (M - s - 1)! / M! for s from 0: the share of orders in which exactly s given columns come before one. */
function orderWeights(columns: number): readonly number[] {
  const weights = [1 / columns]
  for (let size = 1; size < columns; size++) weights.push(((weights[size - 1] ?? 0) * size) / (columns - size))
  return weights
}

/** Least squares on v(S) - base = Σ φ_i over S, weighted; Σ φ = gain holds exactly by solving for all but the last. */
function regression(columns: number, { coalitions, random, worth, base, gain }: Game): Float64Array {
  const chosen = chooseCoalitions(columns, coalitions, random)
  const worths = worth(chosen)
  const width = columns - 1
  const gram = new Float64Array(width * width)
  const moments = new Float64Array(width)
  const line = new Float64Array(width)
  for (let c = 0; c < chosen.count; c++) {
    const last = chosen.holds[c * columns + width] ?? 0
    for (let i = 0; i < width; i++) line[i] = (chosen.holds[c * columns + i] ?? 0) - last
    const weight = at(chosen.weights, c)
    const rest = weight * (at(worths, c) - base - last * gain)
    for (let i = 0; i < width; i++) {
      const x = at(line, i)
      if (x === 0) continue
      addAt(moments, i, x * rest)
      for (let j = 0; j <= i; j++) addAt(gram, i * width + j, weight * x * at(line, j))
    }
  }
  const found = solve(gram, moments)
  const sum = found.reduce((total, value) => total + value, 0)
  return Float64Array.of(...found, gain - sum)
}

/** Few coalitions may leave columns undecided: a little ridge then shares what they have in common. */
function solve(gram: Float64Array, moments: Float64Array): Float64Array {
  const width = moments.length
  for (let ridge = 0; ; ridge = Math.max(1e-12, 100 * ridge)) {
    const matrix = gram.slice()
    for (let i = 0; i < width; i++) addAt(matrix, i * width + i, ridge)
    const found = solvePositive(matrix, moments)
    if (found?.every(Number.isFinite)) return found
  }
}

/** Rows asked at once: enough for a batch scorer to be quick, little enough to stay small. */
const rowsAtOnce = 8192

function worthOf(row: Float64Array, varying: readonly number[], { scorer, outputs, output, background }: KernelOptions): Worth {
  const atOnce = Math.max(1, Math.floor(rowsAtOnce / background.count))
  return ({ count, holds }) => {
    const worths = new Float64Array(count)
    for (let from = 0; from < count; from += atOnce) {
      const size = Math.min(atOnce, count - from)
      const rows = size * background.count
      const columns = mixed(row, varying, { background, size, holds: holds.subarray(from * varying.length) })
      const scores = new Float64Array(rows * outputs)
      scorer(columns, rows, scores)
      for (let i = 0; i < rows; i++)
        addAt(worths, from + Math.floor(i / background.count), at(scores, i * outputs + output) / background.count)
    }
    return worths
  }
}

interface Mix {
  readonly background: Rows
  /** Coalitions, and which of the varying columns each holds. */
  readonly size: number
  readonly holds: Uint8Array
}

/** Column by column: for each coalition every background row, with this row's values where the coalition holds. */
function mixed(row: Float64Array, varying: readonly number[], { background, size, holds }: Mix): readonly Float64Array[] {
  const columns = Array.from(row, (value) => new Float64Array(size * background.count).fill(value))
  for (const [i, column] of varying.entries()) {
    const values = columns[column]
    if (values === undefined) continue
    for (let c = 0; c < size; c++) {
      if (holds[c * varying.length + i] === 1) continue
      for (let other = 0; other < background.count; other++) values[c * background.count + other] = at(rowAt(background, other), column)
    }
  }
  return columns
}
