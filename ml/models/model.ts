/** A trained model as one value: what it reads, what it answers and what its algorithm learned. Raw records go in. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { calibrateRow, calibrationSchema } from '../evaluation/calibration.ts'
import type { BatchScorer, Scorer, Shape } from './algorithm.ts'
import { algorithmNamed } from './algorithms.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { chosenClass, type InputColumn, outputs, type Task, tasks } from './problem.ts'
import { type RecordReader, readFrame, recordReader } from './records.ts'

const modelSchema = z.strictObject({
  format: z.literal('millrace-model/2').describe('Marks the value as a model'),
  algorithm: z.string().describe('Name in the table of algorithms'),
  task: z.enum(tasks).describe('What it predicts'),
  target: z.string().describe('Column it predicts; empty where there is none'),
  classes: z
    .array(z.union([z.string(), z.number()]))
    .describe('What its scores stand for, in their order: classes, clusters or components; empty where a row gets one number'),
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
  calibration: calibrationSchema.optional().describe('Laid over its probabilities, so that they mean what they say'),
})

export type Model = z.infer<typeof modelSchema>

export interface Prediction {
  /** A class (as in the data) or cluster, or a number; of a projection the first component. */
  readonly value: string | number
  /** Probability by class or cluster; they add up to 1. */
  readonly probabilities?: Readonly<Record<string, number>>
  /** Of a projection: all components. */
  readonly vector?: readonly number[]
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

/** The same model gives the same bytes. */
export function encodeModel(model: Model): Uint8Array {
  return encodeValue(model)
}

/** Reads and checks bytes of `encodeModel`, down to the last tree. Throws `invalid_input` when they are anything else. */
export function decodeModel(bytes: Uint8Array): Model {
  try {
    const model = modelSchema.parse(decodeValue(bytes))
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

/**
 * Throws `invalid_input` naming each record and field that does not fit, and a record whose numbers are too large for the
 * model to answer with a number. Missing values are null.
 */
export function predictRecords(model: Model, records: readonly Readonly<Record<string, unknown>>[]): Prediction[] {
  const { reader, scorer } = ready(model)
  const row = new Float64Array(model.columns.length)
  const scores = new Float64Array(outputs(shapeOf(model)))
  return records.map((record, index) => {
    reader.read(record, row, index)
    scorer(row, scores)
    const wrong = scores.find((score) => !Number.isFinite(score))
    if (wrong !== undefined) throw tooLarge(`Record ${index}`, wrong)
    return predictionOf(model, scores, 0)
  })
}

/**
 * One prediction per row. Columns the model does not read are passed over; a missing one throws `invalid_input`, as does a
 * row whose numbers are too large for the model to answer with a number. `firstRow` is for the words, from 0.
 */
export function predictFrame(model: Model, frame: Frame, firstRow = 0): Prediction[] {
  const scores = scoreFrame(model, frame, firstRow)
  const width = outputs(shapeOf(model))
  return Array.from({ length: frame.rows }, (_, row) => predictionOf(model, scores, row * width))
}

/** Sums of huge inputs leave the range of numbers; no caller can do anything with what is left. */
const tooLarge = (place: string, answer: number | undefined): Fault =>
  new Fault(
    'invalid_input',
    `${place} has numbers too large for this model: its answer is ${answer}. Check their units, or send null where they are unknown.`,
  )

/** Row by row, a probability per class or the number itself: `rows x outputs`. Throws as `predictFrame`. Long tables belong in a worker. */
export function scoreFrame(model: Model, frame: Frame, firstRow = 0): Float64Array {
  const width = outputs(shapeOf(model))
  const scores = new Float64Array(frame.rows * width)
  modelScorer(model)(readFrame(frame, model.columns), frame.rows, scores)
  const wrong = scores.findIndex((score) => !Number.isFinite(score))
  if (wrong >= 0) throw tooLarge(`Row ${firstRow + Math.floor(wrong / width) + 1}`, scores[wrong])
  return scores
}

/** Scores columns that are read already (see `Inputs`), calibration included. */
export function modelScorer(model: Model): BatchScorer {
  return ready(model).batch
}

/** The inputs of one record, in the model's order. Throws `invalid_input` naming each field that does not fit. */
export function readInputs(model: Model, record: Readonly<Record<string, unknown>>): Float64Array {
  const row = new Float64Array(model.columns.length)
  ready(model).reader.read(record, row, 0)
  return row
}

function predictionOf(model: Model, scores: Float64Array, at: number): Prediction {
  const { classes } = model
  if (model.task === 'projection') return { value: scores[at] ?? 0, vector: Array.from(scores.subarray(at, at + classes.length)) }
  if (classes.length === 0) return { value: scores[at] ?? 0 }
  /** Not by assignment: a class may be called '__proto__'. */
  const probabilities = Object.fromEntries(classes.map((name, k) => [name, scores[at + k] ?? 0]))
  return { value: classes[chosenClass(scores, at, classes.length)] ?? '', probabilities }
}

export function shapeOf(model: Model): Shape {
  return { columns: model.columns, task: model.task, classes: model.classes.length }
}

interface Ready {
  readonly reader: RecordReader
  readonly scorer: Scorer
  readonly batch: BatchScorer
}

/** Laying out the trees costs milliseconds, a prediction microseconds: done once per model. */
const readyModels = new WeakMap<Model, Ready>()

function ready(model: Model): Ready {
  const known = readyModels.get(model)
  if (known !== undefined) return known
  const algorithm = algorithmNamed(model.algorithm)
  requireAnswers(model, algorithm.tasks)
  const made = {
    reader: recordReader(model.columns, [...model.ignored, model.target]),
    scorer: calibratedScorer(model, algorithm.scorer(model.fitted, shapeOf(model))),
    batch: calibratedBatch(model, algorithm.batchScorer(model.fitted, shapeOf(model))),
  }
  readyModels.set(model, made)
  return made
}

/** Throws a RangeError when the classes are not what the task answers with, or the algorithm has no such task. */
function requireAnswers({ task, classes }: Model, able: readonly Task[]): void {
  const names = new Set(classes.map(String))
  const fits = task === 'binary' ? names.size === 2 : outputs({ task, classes: 0 }) === 1 ? names.size === 0 : names.size > 0
  if (!able.includes(task) || names.size !== classes.length || !fits)
    throw new RangeError(`A model for ${task} with ${classes.length} classes is none that its algorithm makes.`)
}

function calibratedScorer({ calibration, classes }: Model, scorer: Scorer): Scorer {
  if (calibration === undefined) return scorer
  return (row, scores) => {
    scorer(row, scores)
    calibrateRow(calibration, scores, 0, classes.length)
  }
}

function calibratedBatch({ calibration, classes }: Model, batch: BatchScorer): BatchScorer {
  if (calibration === undefined) return batch
  return (values, rows, scores) => {
    batch(values, rows, scores)
    for (let row = 0; row < rows; row++) calibrateRow(calibration, scores, row * classes.length, classes.length)
  }
}
