/** Scores rows by a fitted network: one row in a network of capacity 1, many in chunks; the bits are the same in both. */
import type { BatchScorer, Scorer } from '../algorithm.ts'
import { softmax } from '../softmax.ts'
import { rowsThatFit } from './layer-specs.ts'
import { createNetwork, type Network, type NetworkOptions } from './network.ts'

export interface FittedNetwork {
  readonly layers: NetworkOptions['layers']
  readonly input: NetworkOptions['input']
  readonly weights: Float32Array
}

export interface ScoringOptions {
  readonly network: FittedNetwork
  /** Writes the inputs of all rows of some columns, one row after the other. */
  readonly encode: (values: readonly Float64Array[], rows: number, into: Float32Array) => void
  /** Turns the outputs of some rows into their scores. */
  readonly finish: (outputs: Float32Array, rows: number, scores: Float64Array) => void
}

const mostRows = 256

/** For scoring up to `capacity` rows at a time. */
export function openNetwork({ layers, input, weights }: FittedNetwork, capacity: number): Network {
  const network = createNetwork({ layers, input, capacity, training: false })
  network.weights.set(weights)
  return network
}

/** `columns`: how many numbers a row has. */
export function networkScorer({ network: fitted, encode, finish }: ScoringOptions, columns: number): Scorer {
  const network = openNetwork(fitted, 1)
  const cells = new Float64Array(columns)
  const values = Array.from(cells, (_, i) => cells.subarray(i, i + 1))
  return (row, scores) => {
    cells.set(row)
    encode(values, 1, network.inputs)
    finish(network.forward({ rows: 1, training: false, random: still }), 1, scores)
  }
}

export function networkBatchScorer({ network: fitted, encode, finish }: ScoringOptions): BatchScorer {
  const chunk = Math.min(mostRows, rowsThatFit(fitted.layers, fitted.input))
  return (values, rows, all) => {
    const network = openNetwork(fitted, Math.min(rows, chunk))
    const width = all.length / Math.max(1, rows)
    for (let from = 0; from < rows; from += chunk) {
      const until = Math.min(rows, from + chunk)
      const part = values.map((column) => column.subarray(from, until))
      encode(part, until - from, network.inputs)
      finish(
        network.forward({ rows: until - from, training: false, random: still }),
        until - from,
        all.subarray(from * width, until * width),
      )
    }
  }
}

/** Scoring draws nothing. */
const still = (): number => 0.5

/** Scores of classes to probabilities. */
export function finishClasses(classes: number): ScoringOptions['finish'] {
  const one = new Float64Array(classes)
  return (outputs, rows, scores) => {
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < classes; k++) one[k] = outputs[row * classes + k] ?? 0
      softmax(one)
      scores.set(one, row * classes)
    }
  }
}

/** One standardised number a row, in its own unit. */
export function finishNumbers({ mean, scale }: { readonly mean: number; readonly scale: number }): ScoringOptions['finish'] {
  return (outputs, rows, scores) => {
    for (let row = 0; row < rows; row++) scores[row] = mean + scale * (outputs[row] ?? 0)
  }
}
