/**
 * Principal components of centred points, by the smaller of two matrices: the covariance of the columns, or where there
 * are more columns than rows the products of the rows, which has the same eigenvalues.
 */
import { Fault } from '../../../platform/fault.ts'
import { addAt, at } from '../at.ts'
import type { Points } from '../points/encoding.ts'
import { eigenOf } from './eigen.ts'

export interface Principal {
  /** Variances along the components, from the greatest down; as many as rows or columns, whichever are fewer. */
  readonly variances: Float64Array
  /** A unit vector of `width` numbers per component; of a component without variance zeros. Its largest number is positive. */
  readonly components: Float64Array
  /** Components with more variance than rounding leaves. */
  readonly rank: number
}

/** Rows or columns, whichever are fewer: eigenvectors cost the cube of it, here about a minute. */
const maxSize = 2000

/** Centres `points` in place around `mean`. Throws `invalid_input` when both rows and columns are too many. */
export function principalOf(points: Points, mean: Float64Array, progress: (fraction: number) => void): Principal {
  const { rows, width, values } = points
  const size = Math.min(rows, width)
  if (size > maxSize)
    throw new Fault(
      'invalid_input',
      `PCA of ${rows} rows of ${width} coordinates is too large: one of both must be at most ${maxSize}. Leave out columns or take a sample of the rows.`,
    )
  for (let row = 0; row < rows; row++) for (let k = 0; k < width; k++) addAt(values, row * width + k, -at(mean, k))
  const wide = width > rows
  const matrix = wide ? rowProducts(points) : covariance(points)
  progress(0.3)
  const eigen = eigenOf(matrix, size)
  if (eigen === null) throw new Fault('invalid_input', 'PCA did not reach finite numbers: some values are too large. Scale the columns.')
  progress(0.9)
  const least = Math.max(at(eigen.values, 0), 0) * Number.EPSILON * Math.max(rows, width)
  const variances = eigen.values.map((value) => (value > least ? value : 0))
  const rank = variances.filter((value) => value > 0).length
  const components = wide ? throughRows(points, eigen.vectors, rank) : eigen.vectors
  components.fill(0, rank * width)
  for (let c = 0; c < rank; c++) orient(components.subarray(c * width, (c + 1) * width))
  return { variances, components, rank }
}

/** Xᵀ X / (rows - 1). */
function covariance({ rows, width, values }: Points): Float64Array {
  const matrix = new Float64Array(width * width)
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const value = at(values, row * width + i)
      if (value === 0) continue
      for (let j = 0; j <= i; j++) addAt(matrix, i * width + j, value * at(values, row * width + j))
    }
  }
  return mirrored(matrix, width, Math.max(1, rows - 1))
}

/** X Xᵀ / (rows - 1). */
function rowProducts({ rows, width, values }: Points): Float64Array {
  const matrix = new Float64Array(rows * rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < width; k++) sum += at(values, i * width + k) * at(values, j * width + k)
      matrix[i * rows + j] = sum
    }
  }
  return mirrored(matrix, rows, Math.max(1, rows - 1))
}

function mirrored(matrix: Float64Array, size: number, by: number): Float64Array {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = at(matrix, i * size + j) / by
      matrix[i * size + j] = value
      matrix[j * size + i] = value
    }
  }
  return matrix
}

/** Eigenvectors u of X Xᵀ give those of Xᵀ X: Xᵀ u, made of length 1. */
function throughRows({ rows, width, values }: Points, vectors: Float64Array, rank: number): Float64Array {
  const components = new Float64Array(rows * width)
  for (let c = 0; c < rank; c++) {
    const component = components.subarray(c * width, (c + 1) * width)
    for (let row = 0; row < rows; row++) {
      const share = at(vectors, c * rows + row)
      for (let k = 0; k < width; k++) addAt(component, k, share * at(values, row * width + k))
    }
    const length = Math.sqrt(component.reduce((sum, value) => sum + value * value, 0))
    for (let k = 0; k < width; k++) component[k] = at(component, k) / length
  }
  return components
}

/** scikit-learn's `svd_flip`: an eigenvector has no sign of its own, so its largest number is made positive. */
function orient(component: Float64Array): void {
  let most = 0
  for (let k = 1; k < component.length; k++) if (Math.abs(at(component, k)) > Math.abs(at(component, most))) most = k
  if (at(component, most) >= 0) return
  for (let k = 0; k < component.length; k++) component[k] = -at(component, k)
}
