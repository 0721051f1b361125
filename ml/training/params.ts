/** The parameters of an algorithm as a caller gave them, checked and with defaults filled in. */
import { Fault } from '../../platform/fault.ts'
import { algorithmNamed } from '../models/algorithms.ts'
import { autoParams } from './contenders.ts'
import type { TrainSpec } from './spec.ts'

export type Params = Readonly<Record<string, unknown>>

/** By algorithm. Throws `invalid_input` naming each parameter that is wrong. */
export function checkedParams(spec: TrainSpec): (algorithm: string) => Params {
  const given = spec.params ?? {}
  if (spec.algorithm !== 'auto') {
    if (spec.timeBudget !== undefined)
      throw new Fault(
        'invalid_input',
        `A time budget is what auto shares out among algorithms, and '${spec.algorithm}' is one. Leave time_budget_seconds out.`,
      )
    const parsed = parseParams(spec.algorithm, given)
    return () => parsed
  }
  if (Object.keys(given).length > 0)
    throw new Fault('invalid_input', 'Parameters belong to one algorithm, and auto tries several. Name the algorithm or leave params out.')
  return (algorithm) => parseParams(algorithm, autoParams(algorithm))
}

/** Throws `invalid_input` naming each parameter that is unknown or out of range. */
export function parseParams(algorithm: string, params: unknown): Params {
  const result = algorithmNamed(algorithm).params.safeParse(params)
  if (result.success) return typeof result.data === 'object' && result.data !== null ? { ...result.data } : {}
  const errors = result.error.issues.map((issue) => ({ path: ['params', ...issue.path].join('.'), message: issue.message }))
  const words = errors.map(({ path, message }) => `${path}: ${message}`).join('; ')
  throw new Fault('invalid_input', `These parameters do not fit ${algorithm}. ${words}.`, { errors, cause: result.error })
}
