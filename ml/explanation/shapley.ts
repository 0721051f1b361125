/** What every way to Shapley values gives back. */

export interface Shap {
  /** The output where nothing is known of a row. */
  readonly base: number
  /** `rows x columns`, row by row; a row's values and `base` add up to its output. */
  readonly values: Float64Array
}

/** Rows laid end to end, a number per column each (see `Inputs`: NaN is missing, categories are codes). */
export interface Rows {
  readonly count: number
  readonly width: number
  readonly values: Float64Array
}

/** Columns as rows end to end. */
export function rowsOf(columns: readonly Float64Array[], count: number): Rows {
  const width = columns.length
  const values = new Float64Array(count * width)
  for (const [column, from] of columns.entries())
    for (let row = 0; row < count; row++) values[row * width + column] = from[row] ?? Number.NaN
  return { count, width, values }
}

/** Some of the rows, in the order given. */
export function pickRows({ width, values }: Rows, chosen: Uint32Array): Rows {
  const picked = new Float64Array(chosen.length * width)
  for (const [at, row] of chosen.entries()) picked.set(values.subarray(row * width, (row + 1) * width), at * width)
  return { count: chosen.length, width, values: picked }
}

/** One of the rows. */
export function rowAt({ width, values }: Rows, row: number): Float64Array {
  return values.subarray(row * width, (row + 1) * width)
}
