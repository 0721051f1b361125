/** Rows as a network reads them, batch by batch: the whole table is never laid out at once. */
import type { Answers, Loss } from './loss.ts'
import type { Network } from './network.ts'

export interface Examples {
  readonly rows: number
  /** Writes these rows one after the other. `random` is given in training only, for examples that vary (a shifted image). */
  write(rows: Uint32Array, into: Float32Array, random?: () => number): void
  answers(rows: Uint32Array): Answers
}

/** Answers of rows picked from `target`, and how much each row counts. */
export function answersOf(target: Float64Array, weights?: Float64Array): Examples['answers'] {
  const pick = (values: Float64Array, rows: Uint32Array): Float64Array => Float64Array.from(rows, (row) => values[row] ?? 0)
  return (rows) => ({ rows: rows.length, target: pick(target, rows), ...(weights && { weights: pick(weights, rows) }) })
}

/** Batches as equal in size as can be: a last batch of a single row would be noise. */
export function* batchesOf(rows: Uint32Array, most: number): Generator<Uint32Array> {
  const count = Math.ceil(rows.length / most)
  for (let batch = 0; batch < count; batch++)
    yield rows.subarray(Math.floor((batch * rows.length) / count), Math.floor(((batch + 1) * rows.length) / count))
}

/** Measures the mean loss on some rows with the weights as they are. */
export function createExam(network: Network, examples: Examples, loss: Loss): (rows: Uint32Array) => { readonly loss: number } {
  const still = (): number => 0.5
  return (rows) => {
    let sum = 0
    let weight = 0
    for (const batch of batchesOf(rows, network.capacity)) {
      examples.write(batch, network.inputs)
      const answers = examples.answers(batch)
      sum += loss(network.forward({ rows: batch.length, training: false, random: still }), answers)
      weight += answers.weights?.reduce((total, each) => total + each, 0) ?? batch.length
    }
    return { loss: sum / weight }
  }
}
