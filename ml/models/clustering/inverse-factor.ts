/** The inverse of a Cholesky factor: what turns a correlated normal cloud into a round one of radius 1. */
import { addAt, at } from '../at.ts'

/**
 * Replaces the lower triangle of a symmetric positive definite `matrix` (`width x width`, row by row) by L⁻¹, where L Lᵀ
 * is the matrix; the rest becomes 0. False, leaving anything in it, when some direction has a variance of `least` or less.
 */
export function invertedFactor(matrix: Float64Array, width: number, least: number): boolean {
  return factor(matrix, width, least) && invert(matrix, width)
}

function factor(matrix: Float64Array, width: number, least: number): boolean {
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = at(matrix, i * width + j)
      for (let k = 0; k < j; k++) rest -= at(matrix, i * width + k) * at(matrix, j * width + k)
      if (i === j && !(rest > least && Number.isFinite(rest))) return false
      matrix[i * width + j] = i === j ? Math.sqrt(rest) : rest / at(matrix, j * width + j)
    }
  }
  return true
}

/** Row by row: row i of the inverse is (e_i - sum of L_ij x row j) / L_ii over the rows j above, which are inverted already. */
function invert(matrix: Float64Array, width: number): true {
  const row = new Float64Array(width)
  for (let i = 0; i < width; i++) {
    row.fill(0)
    row[i] = 1
    for (let j = 0; j < i; j++) for (let k = 0; k <= j; k++) addAt(row, k, -at(matrix, i * width + j) * at(matrix, j * width + k))
    const pivot = at(matrix, i * width + i)
    for (let k = 0; k < width; k++) matrix[i * width + k] = k <= i ? at(row, k) / pivot : 0
  }
  return true
}
