/** A trained model as one JSON value: what it reads, what it answers and what its algorithm learned. Raw records go in. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import type { Scorer } from './algorithm.ts'
import { algorithmNamed } from './algorithms.ts'
import { chosenClass, type InputColumn, outputs, type Task, tasks } from './problem.ts'
import { type RecordReader, readFrame, recordReader } from './records.ts'

const modelSchema = z.strictObject({
  format: z.literal('millrace-model/1').describe('Marks the bytes as a model'),
  algorithm: z.string().describe('Name in the table of algorithms'),
  task: z.enum(tasks).describe('What it predicts'),
  target: z.string().describe('Column it predicts'),
  classes: z.array(z.union([z.string(), z.number()])).describe('Answers it chooses from, in the order of its scores; empty for regression'),
  columns: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ name: z.string().describe('Column'), type: z.literal('number').describe('Numbers') }),
        z.strictObject({
          name: z.string().describe('Column'),
          type: z.literal('category').describe('Text'),
          levels: z.array(z.string()).describe('Texts seen in training'),
        }),
      ]),
    )
    .describe('Inputs, in the order its algorithm reads them'),
  ignored: z.array(z.string()).describe('Columns of the training data that it does not read'),
  params: z.record(z.string(), z.unknown()).describe('Parameters it was fitted with'),
  fitted: z.unknown().describe('What the algorithm learned'),
})

export type Model = z.infer<typeof modelSchema>

export interface Prediction {
  /** A class (as in the data), or a number. */
  readonly value: string | number
  /** Probability by class; absent for regression. They add up to 1. */
  readonly probabilities?: Readonly<Record<string, number>>
}

export interface ModelSignature {
  readonly inputs: readonly InputColumn[]
  readonly target: string
  readonly task: Task
  readonly classes: readonly (string | number)[]
}

/** What a record must hold and what comes back. */
export function modelSignature(model: Model): ModelSignature {
  return { inputs: model.columns, target: model.target, task: model.task, classes: model.classes }
}

/** UTF-8 JSON; the same model gives the same bytes. */
export function encodeModel(model: Model): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(model))
}

/** Reads and checks bytes of `encodeModel`, down to the last tree. Throws `invalid_input` when they are anything else. */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    const model = modelSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
    ready(model)
    return model
  } catch (error) {
    throw new Fault(
      'invalid_input',
      `These ${bytes.length} bytes are not a model that Millrace can read. Train it again or restore the file.`,
      {
        cause: error,
      },
    )
  }
}

/** Throws `invalid_input` naming each record and field that does not fit. Missing values are null. */
export function predictRecords(model: Model, records: readonly Readonly<Record<string, unknown>>[]): Prediction[] {
  const { reader, scorer } = ready(model)
  const row = new Float64Array(model.columns.length)
  const scores = new Float64Array(outputs(shapeOf(model)))
  return records.map((record, index) => {
    reader.read(record, row, index)
    scorer(row, scores)
    return predictionOf(model, scores, 0)
  })
}

/** One prediction per row. Columns the model does not read are passed over; a missing one throws `invalid_input`. */
export function predictFrame(model: Model, frame: Frame): Prediction[] {
  const scores = scoreFrame(model, frame)
  const width = outputs(shapeOf(model))
  return Array.from({ length: frame.rows }, (_, row) => predictionOf(model, scores, row * width))
}

/** Row by row, a probability per class or the number itself: `rows x outputs`. Long tables belong in a worker. */
export function scoreFrame(model: Model, frame: Frame): Float64Array {
  return scoreRows(ready(model).scorer, readFrame(frame, model.columns), { rows: frame.rows, width: outputs(shapeOf(model)) })
}

/** Runs a scorer over columns. */
export function scoreRows(
  scorer: Scorer,
  values: readonly Float64Array[],
  { rows, width }: { readonly rows: number; readonly width: number },
): Float64Array {
  const all = new Float64Array(rows * width)
  const row = new Float64Array(values.length)
  const scores = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    for (let column = 0; column < values.length; column++) row[column] = values[column]?.[i] ?? Number.NaN
    scorer(row, scores)
    all.set(scores, i * width)
  }
  return all
}

function predictionOf(model: Model, scores: Float64Array, at: number): Prediction {
  if (model.task === 'regression') return { value: scores[at] ?? 0 }
  const { classes } = model
  const probabilities: Record<string, number> = {}
  for (let k = 0; k < classes.length; k++) probabilities[String(classes[k])] = scores[at + k] ?? 0
  return { value: classes[chosenClass(scores, at, classes.length)] ?? '', probabilities }
}

function shapeOf(model: Model): { readonly columns: readonly InputColumn[]; readonly task: Task; readonly classes: number } {
  return { columns: model.columns, task: model.task, classes: model.classes.length }
}

interface Ready {
  readonly reader: RecordReader
  readonly scorer: Scorer
}

/** Laying out the trees costs milliseconds, a prediction microseconds: done once per model. */
const readyModels = new WeakMap<Model, Ready>()

function ready(model: Model): Ready {
  const known = readyModels.get(model)
  if (known !== undefined) return known
  const scorer = algorithmNamed(model.algorithm).scorer(model.fitted, shapeOf(model))
  const made = { reader: recordReader(model.columns, [...model.ignored, model.target]), scorer }
  readyModels.set(model, made)
  return made
}
