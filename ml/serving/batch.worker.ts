/** Scores a frame in a thread of its own and writes the answers as a CSV file, a few thousand rows at a time. */
import { closeSync, openSync, writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
import { answerThreadJob } from '../../platform/thread-job.ts'
import type { Frame } from '../data/frame.ts'
import { decodeModel, type Model, type Prediction, predictFrame } from '../models/model.ts'

const given: {
  readonly bytes: Uint8Array
  readonly frame: Frame
  readonly file: string
  readonly columns: readonly { readonly name: string }[]
} = workerData
const chunk = 5000

await answerThreadJob((done) => writeAnswers(decodeModel(given.bytes), given.frame, done))

function writeAnswers(model: Model, frame: Frame, done: (fraction: number) => void): void {
  const handle = openSync(given.file, 'wx')
  try {
    writeSync(handle, `${given.columns.map(({ name }) => quoted(name)).join(',')}\n`)
    for (let from = 0; from < frame.rows; from += chunk) {
      const to = Math.min(frame.rows, from + chunk)
      const lines = predictFrame(model, slice(frame, from, to), from).map((prediction) => `${cells(prediction).join(',')}\n`)
      writeSync(handle, lines.join(''))
      done(to / frame.rows)
    }
  } finally {
    closeSync(handle)
  }
}

function cells({ value, probabilities, vector }: Prediction): readonly (string | number)[] {
  if (vector !== undefined) return vector
  return probabilities === undefined ? [value] : [quoted(String(value)), probabilities[String(value)] ?? '']
}

/** A declaration: the work above begins before a constant here would have its value. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function slice(frame: Frame, from: number, to: number): Frame {
  const columns = frame.columns.map((column) =>
    column.type === 'number'
      ? { ...column, values: column.values.subarray(from, to) }
      : { ...column, codes: column.codes.subarray(from, to) },
  )
  return { rows: to - from, columns }
}
