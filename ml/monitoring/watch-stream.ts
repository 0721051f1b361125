/** Follows a labelled stream with an online model and raises an alarm when its error rate has risen. */

import { Fault } from '../../platform/fault.ts'
import type { Column, Frame } from '../data/frame.ts'
import { createAdwin } from './adwin.ts'
import { createOnlineModel } from './online-model.ts'

export interface StreamReport {
  /** Rows at which an alarm was raised, counted from 0. */
  readonly alarms: readonly number[]
  /** Share of rows predicted wrongly, each before it was learned. */
  readonly error: number
  /** The same for always answering the label of the row before: what a model must beat on a stream with memory. */
  readonly same_as_last: number
}

/** `target` holds two classes. After an alarm, model and detector start anew. Throws `invalid_input` for another kind of target. */
export function watchStream(frame: Frame, target: string): StreamReport {
  const labels = binaryLabels(frame, target)
  const inputs = frame.columns.filter(({ name }) => name !== target).map(numbersOf)
  const model = createOnlineModel(inputs.length)
  let detector = createAdwin()
  const row = new Float64Array(inputs.length)
  const alarms: number[] = []
  let wrong = 0
  let repeated = 0
  for (let at = 0; at < frame.rows; at++) {
    for (let column = 0; column < inputs.length; column++) row[column] = inputs[column]?.[at] ?? 0
    const label = labels[at] ?? 0
    const error = model.predict(row) === label ? 0 : 1
    wrong += error
    repeated += at > 0 && labels[at - 1] === label ? 1 : 0
    const before = detector.mean
    // Fewer errors are a change too, but of the model, which is learning.
    if (detector.add(error) && detector.mean > before) {
      alarms.push(at)
      model.reset()
      detector = createAdwin()
    }
    model.learn(row, label)
  }
  return { alarms, error: wrong / Math.max(1, frame.rows), same_as_last: 1 - repeated / Math.max(1, frame.rows - 1) }
}

function binaryLabels(frame: Frame, target: string): Uint8Array {
  const column = frame.columns.find(({ name }) => name === target)
  if (!column) throw new Fault('not_found', `The stream has no column '${target}'.`)
  const values = numbersOf(column)
  const found = [...new Set(values)].sort((left, right) => left - right)
  if (found.length !== 2)
    throw new Fault('invalid_input', `The stream's target '${target}' has ${found.length} different values; two classes are needed.`)
  return Uint8Array.from(values, (value) => (value === found[1] ? 1 : 0))
}

const numbersOf = (column: Column): Float64Array => (column.type === 'number' ? column.values : Float64Array.from(column.codes))
