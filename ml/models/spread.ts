/** Mean and variance of a column of numbers, some of them missing, for the models that standardise. */
import { Fault } from '../../platform/fault.ts'
import { at } from './at.ts'

export interface Spread {
  /** Of the values present; 0 when none is. */
  readonly mean: number
  /** Of the population. */
  readonly variance: number
  /** How many are NaN. */
  readonly missing: number
}

/**
 * Weighted, in two passes: stable, and faster than one that divides at every row. Throws `invalid_input` naming the column when
 * its values are too large to square.
 */
export function spread(name: string, values: Float64Array, weights?: Float64Array): Spread {
  const found = (weights === undefined ? wholeSpread(values) : null) ?? partSpread(values, weights)
  if (Number.isFinite(found.variance)) return found
  throw new Fault('invalid_input', `Column '${name}' has values too large to square. Divide it by a power of ten, or leave it out.`)
}

/** Of a column without weights and missing values, else null: four sums at a time, which need not wait for each other. */
function wholeSpread(values: Float64Array): Spread | null {
  const { length } = values
  const whole = length - (length % 4)
  let [a, b, c, d] = [0, 0, 0, 0]
  for (let row = 0; row < whole; row += 4) {
    a += at(values, row)
    b += at(values, row + 1)
    c += at(values, row + 2)
    d += at(values, row + 3)
  }
  for (let row = whole; row < length; row++) a += at(values, row)
  const mean = (a + b + c + d) / length
  if (Number.isNaN(mean)) return null
  a = b = c = d = 0
  for (let row = 0; row < whole; row += 4) {
    a += (at(values, row) - mean) ** 2
    b += (at(values, row + 1) - mean) ** 2
    c += (at(values, row + 2) - mean) ** 2
    d += (at(values, row + 3) - mean) ** 2
  }
  for (let row = whole; row < length; row++) a += (at(values, row) - mean) ** 2
  return { mean, variance: (a + b + c + d) / length, missing: 0 }
}

function partSpread(values: Float64Array, weights: Float64Array | undefined): Spread {
  let missing = 0
  let total = 0
  let sum = 0
  for (let row = 0; row < values.length; row++) {
    const value = at(values, row)
    const weight = weights === undefined ? 1 : at(weights, row)
    if (Number.isNaN(value)) missing++
    else {
      sum += weight * value
      total += weight
    }
  }
  if (total === 0) return { mean: 0, variance: 0, missing }
  const mean = sum / total
  let squares = 0
  for (let row = 0; row < values.length; row++) {
    const away = at(values, row) - mean
    if (!Number.isNaN(away)) squares += (weights === undefined ? 1 : at(weights, row)) * away * away
  }
  return { mean, variance: squares / total, missing }
}

/** The standard deviation, or 1 for a column that varies by no more than rounding. */
export function scaleOf({ mean, variance }: Spread): number {
  const deviation = Math.sqrt(variance)
  return deviation > 1e-12 * Math.max(1, Math.abs(mean)) ? deviation : 1
}
