/**
 * A model that learns a stream row by row, each row predicted before it is learned (prequential): Gaussian naive Bayes
 * with exponentially faded moments. It is there to make errors, and a detector watches their rate.
 */

export interface OnlineModel {
  /** The likelier class of the row as far as is known: 0 or 1. */
  predict(row: Float64Array): number
  learn(row: Float64Array, label: number): void
  /** Forgets everything, after a change. */
  reset(): void
}

/** What is known of one class: faded count, means, and sums of squared distances from them. */
interface Moments {
  weight: number
  readonly means: Float64Array
  readonly spreads: Float64Array
}

/** Two classes, 0 and 1. `memory` is how many rows the moments remember. */
export function createOnlineModel(columns: number, { memory = 2000 }: { readonly memory?: number } = {}): OnlineModel {
  const fade = 1 - 1 / memory
  const blank = (): Moments => ({ weight: 0, means: new Float64Array(columns), spreads: new Float64Array(columns) })
  let none = blank()
  let some = blank()
  return {
    predict: (row) => (logLikelihood(some, row) > logLikelihood(none, row) ? 1 : 0),
    learn: (row, label) => {
      fadeMoments(none, fade)
      fadeMoments(some, fade)
      addRow(label === 1 ? some : none, row)
    },
    reset: () => {
      none = blank()
      some = blank()
    },
  }
}

function logLikelihood({ weight, means, spreads }: Moments, row: Float64Array): number {
  if (weight < 2) return Number.NEGATIVE_INFINITY
  let total = Math.log(weight)
  for (let column = 0; column < row.length; column++) {
    const variance = (spreads[column] ?? 0) / weight + 1e-9
    const gap = (row[column] ?? 0) - (means[column] ?? 0)
    total -= 0.5 * Math.log(variance) + (gap * gap) / (2 * variance)
  }
  return total
}

function fadeMoments(moments: Moments, fade: number): void {
  moments.weight *= fade
  for (let column = 0; column < moments.spreads.length; column++) moments.spreads[column] = (moments.spreads[column] ?? 0) * fade
}

/** Welford 1962, weighted. */
function addRow(moments: Moments, row: Float64Array): void {
  moments.weight++
  for (let column = 0; column < row.length; column++) {
    const gap = (row[column] ?? 0) - (moments.means[column] ?? 0)
    const mean = (moments.means[column] ?? 0) + gap / moments.weight
    moments.means[column] = mean
    moments.spreads[column] = (moments.spreads[column] ?? 0) + gap * ((row[column] ?? 0) - mean)
  }
}
