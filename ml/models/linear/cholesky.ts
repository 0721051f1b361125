/** Solves A x = b for symmetric positive definite A by its Cholesky factor: the normal equations of least squares. */
import { at } from '../at.ts'

/** `matrix` is row by row, its lower triangle is read and overwritten. Returns x, or null when A is not positive definite. */
export function solvePositive(matrix: Float64Array, right: Float64Array): Float64Array | null {
  return factor(matrix, right.length) ? backward(matrix, forward(matrix, right)) : null
}

/** A = L Lᵀ, L in the lower triangle. False when a pivot is not positive. */
function factor(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[i * n + j] = (at(matrix, i * n + j) - dotRows(matrix, n, [i, j])) / at(matrix, j * n + j)
    const pivot = at(matrix, i * n + i) - dotRows(matrix, n, [i, i])
    if (!(pivot > 0)) return false
    matrix[i * n + i] = Math.sqrt(pivot)
  }
  return true
}

/** Of rows i and j, as far as column j. */
function dotRows(matrix: Float64Array, n: number, [i, j]: readonly [number, number]): number {
  let sum = 0
  for (let k = 0; k < j; k++) sum += at(matrix, i * n + k) * at(matrix, j * n + k)
  return sum
}

function forward(matrix: Float64Array, right: Float64Array): Float64Array {
  const n = right.length
  const x = right.slice()
  for (let i = 0; i < n; i++) {
    let rest = at(x, i)
    for (let k = 0; k < i; k++) rest -= at(matrix, i * n + k) * at(x, k)
    x[i] = rest / at(matrix, i * n + i)
  }
  return x
}

function backward(matrix: Float64Array, x: Float64Array): Float64Array {
  const n = x.length
  for (let i = n - 1; i >= 0; i--) {
    let rest = at(x, i)
    for (let k = i + 1; k < n; k++) rest -= at(matrix, k * n + i) * at(x, k)
    x[i] = rest / at(matrix, i * n + i)
  }
  return x
}
