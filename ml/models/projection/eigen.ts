/**
 * Eigenvalues and eigenvectors of a symmetric matrix: Householder's reflections make it tridiagonal, then implicit QL
 * rotations make it diagonal (Bowdler, Martin, Reinsch & Wilkinson 1968). Vectors are kept as rows, so that reflections
 * and rotations run along memory.
 */
import { addAt, at } from '../at.ts'

export interface Eigen {
  /** From the greatest down. */
  readonly values: Float64Array
  /** One eigenvector of length 1 after the other, in the same order. */
  readonly vectors: Float64Array
}

/** `matrix` is `size x size`, row by row, and is overwritten. Null when the rotations do not settle, as with NaN. */
export function eigenOf(matrix: Float64Array, size: number): Eigen | null {
  const { diagonal, beside, vectors } = tridiagonal(matrix, size)
  for (let from = 0; from < size; from++) if (!settled({ diagonal, beside, vectors }, from)) return null
  const order = Uint32Array.from(diagonal.keys()).sort((a, b) => at(diagonal, b) - at(diagonal, a) || a - b)
  const sorted = new Float64Array(size * size)
  for (const [i, from] of order.entries()) sorted.set(vectors.subarray(from * size, (from + 1) * size), i * size)
  return { values: Float64Array.from(order, (from) => at(diagonal, from)), vectors: sorted }
}

interface Tridiagonal {
  readonly diagonal: Float64Array
  /** beside[i] stands between diagonal[i] and diagonal[i + 1]; the last is 0. */
  readonly beside: Float64Array
  /** Rows are the basis in which the matrix is tridiagonal. */
  readonly vectors: Float64Array
}

/** Row k is reflected onto its first number beside the diagonal by I - v vᵀ; v stays in its place for `reflected`. */
function tridiagonal(matrix: Float64Array, size: number): Tridiagonal {
  const diagonal = new Float64Array(size)
  const beside = new Float64Array(size)
  for (let k = 0; k < size; k++) {
    diagonal[k] = at(matrix, k * size + k)
    const v = matrix.subarray(k * size + k + 1, (k + 1) * size)
    if (v.length === 0) break
    beside[k] = mirrorOf(v)
    reflectBlock(matrix, size, k + 1, v)
  }
  return { diagonal, beside, vectors: reflected(matrix, size) }
}

/** Replaces x by v of length √2, where I - v vᵀ turns x into (alpha, 0, 0 …), and returns alpha; v is 0 when x is so already. */
function mirrorOf(v: Float64Array): number {
  let scale = 0
  for (let i = 1; i < v.length; i++) scale = Math.max(scale, Math.abs(at(v, i)))
  const first = at(v, 0)
  if (scale === 0) {
    v.fill(0)
    return first
  }
  scale = Math.max(scale, Math.abs(first))
  let squares = 0
  for (let i = 0; i < v.length; i++) squares += (at(v, i) / scale) ** 2
  const length = Math.sqrt(squares)
  const alpha = first > 0 ? -length : length
  /** |x - alpha e|² = 2 length (length + |first|), in units of `scale`. */
  const norm = Math.sqrt(length * (length + Math.abs(first) / scale))
  for (let i = 0; i < v.length; i++) v[i] = at(v, i) / scale / norm
  v[0] = (first / scale - alpha) / norm
  return alpha * scale
}

/** A - v wᵀ - w vᵀ on the block below and right of `from`, with w = A v - v (vᵀ A v) / 2. */
function reflectBlock(matrix: Float64Array, size: number, from: number, v: Float64Array): void {
  const n = v.length
  const w = new Float64Array(n)
  let along = 0
  for (let i = 0; i < n; i++) {
    const row = (from + i) * size + from
    let sum = 0
    for (let j = 0; j < n; j++) sum += at(matrix, row + j) * at(v, j)
    w[i] = sum
    along += sum * at(v, i)
  }
  for (let i = 0; i < n; i++) addAt(w, i, (-along / 2) * at(v, i))
  for (let i = 0; i < n; i++) {
    const row = (from + i) * size + from
    const vi = at(v, i)
    const wi = at(w, i)
    for (let j = 0; j < n; j++) addAt(matrix, row + j, -vi * at(w, j) - wi * at(v, j))
  }
}

/** The basis: the identity, reflected by every v from the last to the first. */
function reflected(matrix: Float64Array, size: number): Float64Array {
  const vectors = new Float64Array(size * size)
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1
  for (let k = size - 2; k >= 0; k--) {
    const v = matrix.subarray(k * size + k + 1, (k + 1) * size)
    for (let i = k + 1; i < size; i++) {
      const row = i * size + k + 1
      let sum = 0
      for (let j = 0; j < v.length; j++) sum += at(vectors, row + j) * at(v, j)
      for (let j = 0; j < v.length; j++) addAt(vectors, row + j, -sum * at(v, j))
    }
  }
  return vectors
}

/** More rotations than this for one eigenvalue mean that it will never settle. */
const maxRounds = 60

/** Turns away what is beside diagonal[from]. */
function settled(tri: Tridiagonal, from: number): boolean {
  for (let round = 0; round < maxRounds; round++) {
    const until = blockEnd(tri, from)
    if (until === from) return true
    rotateBlock(tri, from, until)
  }
  return false
}

/** The first index from `from` on with nothing beside it. */
function blockEnd({ diagonal, beside }: Tridiagonal, from: number): number {
  let end = from
  while (end + 1 < diagonal.length) {
    const around = Math.abs(at(diagonal, end)) + Math.abs(at(diagonal, end + 1))
    if (Math.abs(at(beside, end)) <= Number.EPSILON * around) break
    end++
  }
  return end
}

/** One implicit QL step with Wilkinson's shift on the block `from` … `until`. */
function rotateBlock({ diagonal, beside, vectors }: Tridiagonal, from: number, until: number): void {
  const half = (at(diagonal, from + 1) - at(diagonal, from)) / (2 * at(beside, from))
  const shift = at(beside, from) / (half + Math.hypot(half, 1) * (half < 0 ? -1 : 1))
  let bulge = at(diagonal, until) - at(diagonal, from) + shift
  let sine = 1
  let cosine = 1
  let carried = 0
  for (let i = until - 1; i >= from; i--) {
    const f = sine * at(beside, i)
    const b = cosine * at(beside, i)
    const radius = Math.hypot(f, bulge)
    beside[i + 1] = radius
    if (radius === 0) {
      addAt(diagonal, i + 1, -carried)
      beside[until] = 0
      return
    }
    sine = f / radius
    cosine = bulge / radius
    const centre = at(diagonal, i + 1) - carried
    const turned = (at(diagonal, i) - centre) * sine + 2 * cosine * b
    carried = sine * turned
    diagonal[i + 1] = centre + carried
    bulge = cosine * turned - b
    rotateRows(vectors, diagonal.length, i, { sine, cosine })
  }
  addAt(diagonal, from, -carried)
  beside[from] = bulge
  beside[until] = 0
}

function rotateRows(vectors: Float64Array, size: number, i: number, { sine, cosine }: { sine: number; cosine: number }): void {
  const upper = i * size
  const lower = upper + size
  for (let k = 0; k < size; k++) {
    const u = at(vectors, upper + k)
    const l = at(vectors, lower + k)
    vectors[lower + k] = sine * u + cosine * l
    vectors[upper + k] = cosine * u - sine * l
  }
}
