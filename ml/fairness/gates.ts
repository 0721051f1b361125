/** Limits that a model must keep before it may be used: each measure of unfairness against the most that is accepted. */
import { Fault } from '../../platform/fault.ts'
import { type Measures, ratioMeasures } from './disparities.ts'

export interface GateResult {
  readonly measure: string
  readonly limit: number
  /** Null where the rows cannot define it: then the gate is not passed. */
  readonly value: number | null
  readonly passed: boolean
}

/**
 * A difference passes when its size is at most the limit; a ratio, or its inverse where it is above 1, when it is at least
 * the limit (.8 is the four-fifths rule). Throws `invalid_input` for a measure that does not exist here.
 */
export function passGates(measures: Measures, gates: Readonly<Record<string, number>>, known: readonly string[]): readonly GateResult[] {
  return Object.entries(gates).map(([measure, limit]) => {
    if (!known.includes(measure)) throw new Fault('invalid_input', `There is no measure '${measure}' to gate by. Use ${known.join(', ')}.`)
    const value = measures[measure]
    if (value === undefined) return { measure, limit, value: null, passed: false }
    const ratio = ratioMeasures.has(measure) || measure.endsWith('_ratio')
    return { measure, limit, value, passed: ratio ? Math.min(value, 1 / value) >= limit : Math.abs(value) <= limit }
  })
}
