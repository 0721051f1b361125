/** What a model of numbers does to each group: what it predicts on average, how far it is off, and to which side. */
import type { RowGroups } from '../evaluation/row-groups.ts'
import type { Measures } from './disparities.ts'
import type { Interval } from './rates.ts'

export type NumberName = 'mean_prediction' | 'mean_target' | 'mean_error' | 'mae' | 'rmse'

export interface GroupNumbers {
  readonly group: string
  readonly rows: number
  /** mean_error is predicted minus true: above 0 where the model says too much. */
  readonly rates: Readonly<Record<NumberName, number>>
  /** 95 %, mean plus and minus 1.96 standard errors; of groups of one row none. */
  readonly intervals: Readonly<Partial<Record<NumberName, Interval>>>
}

/** In the order of `groups.names`; every group has rows. */
export function numbersByGroup(target: Float64Array, predicted: Float64Array, groups: RowGroups): readonly GroupNumbers[] {
  return groups.names.map((group, g) => {
    const rows = Uint32Array.from(target, (_, row) => row).filter((row) => groups.of[row] === g)
    const errors = Float64Array.from(rows, (row) => (predicted[row] ?? 0) - (target[row] ?? 0))
    const [said, truth, error, absolute] = [
      meanOf(Float64Array.from(rows, (row) => predicted[row] ?? 0)),
      meanOf(Float64Array.from(rows, (row) => target[row] ?? 0)),
      meanOf(errors),
      meanOf(errors.map(Math.abs)),
    ]
    const rmse = Math.sqrt(meanOf(errors.map((value) => value * value)).mean)
    return {
      group,
      rows: rows.length,
      rates: { mean_prediction: said.mean, mean_target: truth.mean, mean_error: error.mean, mae: absolute.mean, rmse },
      intervals:
        rows.length < 2
          ? {}
          : { mean_prediction: around(said), mean_target: around(truth), mean_error: around(error), mae: around(absolute) },
    }
  })
}

/** The widest gap between any two groups; of mae also its ratio. What is not finite is left out. */
export function numberDisparities(groups: readonly GroupNumbers[]): Measures {
  const values = (name: NumberName): readonly number[] => groups.map(({ rates }) => rates[name])
  const gap = (name: NumberName): number => Math.max(...values(name)) - Math.min(...values(name))
  const all = {
    mean_prediction_difference: gap('mean_prediction'),
    mean_error_difference: gap('mean_error'),
    mae_difference: gap('mae'),
    mae_ratio: Math.min(...values('mae')) / Math.max(...values('mae')),
    rmse_difference: gap('rmse'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)))
}

interface Mean {
  readonly mean: number
  readonly error: number
}

function meanOf(values: Float64Array): Mean {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) }
}

const around = ({ mean, error }: Mean): Interval => ({ low: mean - 1.959963984540054 * error, high: mean + 1.959963984540054 * error })
