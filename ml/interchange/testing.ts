/** Small fitted models for tests of files that leave this program: with text columns, missing values and each kind of target. */
import { algorithmNamed } from '../models/algorithms.ts'
import type { Model } from '../models/model.ts'
import { outputs } from '../models/problem.ts'
import { plan } from '../training/plan.ts'
import { customers, frameOf, textColumn } from '../training/testing.ts'

export function fitted(
  algorithm: string,
  task: 'binary' | 'multiclass' | 'regression',
  params: Readonly<Record<string, unknown>> = {},
): { readonly model: Model; readonly records: readonly Readonly<Record<string, unknown>>[] } {
  const frame = customers(400, 7)
  const age = frame.columns.find(({ name }) => name === 'age')
  const ages = age?.type === 'number' ? [...age.values] : []
  const decades = textColumn(
    'decade',
    ages.map((value) => (value < 40 ? 'young' : value < 60 ? 'middle' : 'old')),
  )
  const target = { binary: 'churned', multiclass: 'decade', regression: 'age' }[task]
  const data = frameOf(
    ...frame.columns.filter(({ name }) => task !== 'multiclass' || name !== 'churned'),
    ...(task === 'multiclass' ? [decades] : []),
  )
  const { problem, classes, ignored } = plan(data, { target, algorithm })
  const learner = algorithmNamed(algorithm)
  const settings = { ...Object(learner.params.parse(params)) }
  const model: Model = {
    format: 'millrace-model/2',
    algorithm,
    task: problem.task,
    target,
    classes: [...classes],
    columns: problem.columns.map((column) => (column.type === 'number' ? { ...column } : { ...column, levels: [...column.levels] })),
    ignored: [...ignored],
    params: settings,
    fitted: learner.fit(problem, settings, { seed: 0, progress: () => undefined }),
  }
  if (outputs(problem) < 1) throw new RangeError('The problem has no outputs.')
  const records = Array.from({ length: 60 }, (_, row) =>
    Object.fromEntries(
      problem.columns.map((column, index) => {
        const value = problem.values[index]?.[row] ?? Number.NaN
        if (Number.isNaN(value)) return [column.name, null]
        return [column.name, column.type === 'number' ? value : (column.levels[value] ?? null)]
      }),
    ),
  )
  return { model, records }
}
