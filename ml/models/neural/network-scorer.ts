/** Scores rows by a fitted network: one row in a network of capacity 1, many in chunks; a row's bits are the same in both. */
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
  /** Writes the inputs of one row, with a number per column as in `Inputs`, to `into` from `offset` on. */
  readonly encode: (row: Float64Array, into: Float32Array, offset: number) => void
  /** Turns the outputs of one row into its scores. */
  readonly finish: (outputs: Float64Array, scores: Float64Array) => void
}

const mostRows = 256

/** For scoring up to `capacity` rows at a time. */
export function openNetwork({ layers, input, weights }: FittedNetwork, capacity: number): Network {
  const network = createNetwork({ layers, input, capacity, training: false })
  network.weights.set(weights)
  return network
}

export function networkScorer({ network: fitted, encode, finish }: ScoringOptions): Scorer {
  const network = openNetwork(fitted, 1)
  const outputs = new Float64Array(network.outputSize)
  return (row, scores) => {
    encode(row, network.inputs, 0)
    outputs.set(network.forward({ rows: 1, training: false, random: still }))
    finish(outputs, scores)
  }
}

export function networkBatchScorer({ network: fitted, encode, finish }: ScoringOptions): BatchScorer {
  const chunk = Math.min(mostRows, rowsThatFit(fitted.layers, fitted.input))
  return (values, rows, all) => {
    const network = openNetwork(fitted, Math.min(rows, chunk))
    const row = new Float64Array(values.length)
    const outputs = new Float64Array(network.outputSize)
    const width = all.length / Math.max(1, rows)
    for (let from = 0; from < rows; from += chunk) {
      const count = Math.min(chunk, rows - from)
      for (let i = 0; i < count; i++) {
        for (let column = 0; column < values.length; column++) row[column] = values[column]?.[from + i] ?? Number.NaN
        encode(row, network.inputs, i * network.inputSize)
      }
      const found = network.forward({ rows: count, training: false, random: still })
      for (let i = 0; i < count; i++) {
        outputs.set(found.subarray(i * network.outputSize, (i + 1) * network.outputSize))
        finish(outputs, all.subarray((from + i) * width, (from + i + 1) * width))
      }
    }
  }
}

/** Scoring draws nothing. */
const still = (): number => 0.5

/** Scores to probabilities. */
export function finishClasses(outputs: Float64Array, scores: Float64Array): void {
  scores.set(outputs)
  softmax(scores)
}
