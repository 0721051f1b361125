/** A table in memory, column by column: what training, scoring and drift read. */

/** Missing is NaN. Booleans are 0 and 1, dates milliseconds since 1970 UTC. */
export interface NumberColumn {
  readonly name: string
  readonly type: 'number'
  readonly values: Float64Array
}

/** `codes[row]` indexes `levels`; missing is -1. */
export interface CategoryColumn {
  readonly name: string
  readonly type: 'category'
  readonly codes: Int32Array
  readonly levels: readonly string[]
}

export type Column = NumberColumn | CategoryColumn

export interface Frame {
  readonly rows: number
  readonly columns: readonly Column[]
}
