/** An ONNX model that another program made: onnxruntime answers for it. It cannot be fitted. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { onnxScorer } from '../interchange/onnx/session.ts'
import { defineAlgorithm } from './algorithm.ts'
import { uint8s } from './numbers.ts'
import { outputs } from './problem.ts'

export const importedOnnx = defineAlgorithm({
  name: 'imported_onnx',
  title: 'Imported ONNX model',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: false,
  params: z.strictObject({}),
  fitted: z.strictObject({
    bytes: uint8s.describe('The ONNX file'),
    input: z.string().describe('Input that takes the matrix of numbers'),
    output: z.string().describe('Output with the probabilities or the number'),
  }),
  fit: () => {
    throw new Fault('invalid_input', 'An imported ONNX model cannot be trained here.')
  },
  scorer: (fitted, shape) => {
    const batch = onnxScorer(fitted, outputs(shape))
    return (row, scores) =>
      batch(
        Array.from(row, (value) => Float64Array.of(value)),
        1,
        scores,
      )
  },
  batchScorer: (fitted, shape) => onnxScorer(fitted, outputs(shape)),
})
