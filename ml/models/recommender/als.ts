/**
 * Matrix factorisation for implicit feedback (Hu, Koren & Volinsky 2008). A user took an item (preference 1) or not (0); how
 * sure that is grows with how strongly: confidence c = 1 + alpha x strength. Users' vectors x and items' vectors y minimise
 *
 *   sum over all users and items of c (preference - x·y)²  +  regularization x sum over events of c (|x|² + |y|²)
 *
 * One side given, each vector of the other solves its own least squares, for which a few steps of conjugate gradients from
 * the last solution are enough (Takács, Pilászy & Tikk 2011). What nobody took costs nothing: the sum over all pairs is
 * that over the pairs seen and one small matrix YᵀY. The penalty grows with a vector's events (Zhou et al. 2008), so that
 * one number, a share between 0 and 1 of what the strongest taste weighs, suits tables of any size and density.
 */
import { addAt, at } from '../at.ts'
import type { Sparse } from './interactions.ts'

export interface AlsOptions {
  readonly factors: number
  readonly regularization: number
  readonly alpha: number
  /** Conjugate gradient steps for each vector. */
  readonly steps: number
}

/** Improves the vectors `own` (one per row of `seen`), given those of the other side. Rows without any event become 0. */
export function solveSide(seen: Sparse, own: Float64Array, other: Float64Array, options: AlsOptions): void {
  const { factors } = options
  const solve = solver(seen, other, options)
  for (let row = 0; row + 1 < seen.starts.length; row++) solve(row, own.subarray(row * factors, (row + 1) * factors))
}

/** Vᵀ V of vectors that lie end to end. */
export function gram(vectors: Float64Array, factors: number): Float64Array {
  const product = new Float64Array(factors * factors)
  for (let from = 0; from < vectors.length; from += factors)
    for (let i = 0; i < factors; i++) {
      const value = at(vectors, from + i)
      for (let j = 0; j < factors; j++) addAt(product, i * factors + j, value * at(vectors, from + j))
    }
  return product
}

/** Conjugate gradients (Hestenes & Stiefel 1952) on (YᵀCY + penalty) x = YᵀC p, in place. */
function solver(seen: Sparse, other: Float64Array, { factors, alpha, regularization, steps }: AlsOptions) {
  const base = gram(other, factors)
  const rest = new Float64Array(factors)
  const direction = new Float64Array(factors)
  const product = new Float64Array(factors)
  /** product = (YᵀY + sum over the items of `row` of (c - 1) y yᵀ + regularization x c) v. */
  const multiply = (row: number, v: Float64Array): void => {
    for (let i = 0; i < factors; i++) product[i] = dot(base, i * factors, v)
    for (let i = seen.starts[row] ?? 0; i < (seen.starts[row + 1] ?? 0); i++) {
      const from = (seen.columns[i] ?? 0) * factors
      const extra = alpha * at(seen.values, i)
      const by = extra * dot(other, from, v)
      const shrink = (1 + extra) * regularization
      for (let f = 0; f < factors; f++) addAt(product, f, by * at(other, from + f) + shrink * at(v, f))
    }
  }
  /** rest = sum of confidence x y over the items of `row`, less the product. */
  const startRest = (row: number): void => {
    for (let f = 0; f < factors; f++) rest[f] = -at(product, f)
    for (let i = seen.starts[row] ?? 0; i < (seen.starts[row + 1] ?? 0); i++) {
      const confidence = 1 + alpha * at(seen.values, i)
      const from = (seen.columns[i] ?? 0) * factors
      for (let f = 0; f < factors; f++) addAt(rest, f, confidence * at(other, from + f))
    }
  }
  return (row: number, x: Float64Array): void => {
    if (seen.starts[row] === seen.starts[row + 1]) {
      x.fill(0)
      return
    }
    multiply(row, x)
    startRest(row)
    direction.set(rest)
    let left = dot(rest, 0, rest)
    for (let step = 0; step < steps && left > 1e-20; step++) {
      multiply(row, direction)
      const length = left / dot(direction, 0, product)
      for (let f = 0; f < factors; f++) {
        addAt(x, f, length * at(direction, f))
        addAt(rest, f, -length * at(product, f))
      }
      const next = dot(rest, 0, rest)
      for (let f = 0; f < factors; f++) direction[f] = at(rest, f) + (next / left) * at(direction, f)
      left = next
    }
  }
}

/** Of `v` and as many numbers of `values` from `from` on. */
export function dot(values: Float64Array, from: number, v: Float64Array): number {
  let sum = 0
  for (let f = 0; f < v.length; f++) sum += at(values, from + f) * at(v, f)
  return sum
}

/** The sum that is minimised; it falls with every sweep. */
export function implicitLoss(seen: Sparse, users: Float64Array, items: Float64Array, options: AlsOptions): number {
  const { factors, alpha, regularization } = options
  const ofUsers = gram(users, factors)
  const ofItems = gram(items, factors)
  let loss = 0
  for (let i = 0; i < ofUsers.length; i++) loss += at(ofUsers, i) * at(ofItems, i)
  for (let user = 0; user + 1 < seen.starts.length; user++) {
    const x = users.subarray(user * factors, (user + 1) * factors)
    const size = dot(x, 0, x)
    for (let i = seen.starts[user] ?? 0; i < (seen.starts[user + 1] ?? 0); i++) {
      const from = (seen.columns[i] ?? 0) * factors
      const score = dot(items, from, x)
      const sizes = size + dot(items, from, items.subarray(from, from + factors))
      loss += (1 + alpha * at(seen.values, i)) * ((1 - score) ** 2 + regularization * sizes) - score ** 2
    }
  }
  return loss
}
