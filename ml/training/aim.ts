/** What a training is after: the task, the algorithms that can do it, and each row's answer where there is one. */
import { Fault } from '../../platform/fault.ts'
import type { Frame } from '../data/frame.ts'
import { algorithmNamed, algorithms, algorithmsFor } from '../models/algorithms.ts'
import { isSupervised, type Task } from '../models/problem.ts'
import { columnNamed } from './columns.ts'
import { contendersAmong } from './contenders.ts'
import type { TrainSpec } from './spec.ts'
import { readLabels, readTarget, type Target } from './target.ts'

export interface Aim {
  readonly target: Target
  /** Names of algorithms to compare. */
  readonly candidates: readonly string[]
  readonly warnings: readonly string[]
}

/** Throws `invalid_input` when algorithm and target do not belong together. */
export function readAim(frame: Frame, spec: TrainSpec): Aim {
  const alone = taskAlone(spec.algorithm)
  if (alone === undefined) return supervisedAim(frame, spec)
  const candidates = [spec.algorithm]
  if (spec.task !== undefined) throw noKind(spec.algorithm)
  if (spec.target === undefined) return { target: targetless(alone, frame.rows), candidates, warnings: [] }
  const column = columnNamed(frame, spec.target, 'target')
  if (alone !== 'anomaly') throw uselessTarget(spec.algorithm, spec.target, alone)
  const { positive, count, ...target } = readLabels(column)
  const words = `Rows whose '${spec.target}' is '${positive}' (${count} of ${target.rows.length}, the rarer value) count as the unusual ones when scores are measured; the model does not learn from it.`
  return { target, candidates, warnings: [words] }
}

/** The task of an algorithm that needs no target; undefined for those that learn to predict a column, and for auto. */
function taskAlone(algorithm: string): Task | undefined {
  if (algorithm === 'auto') return undefined
  const { tasks } = algorithmNamed(algorithm)
  return tasks.some(isSupervised) ? undefined : tasks[0]
}

function supervisedAim(frame: Frame, spec: TrainSpec): Aim {
  if (spec.target === undefined) throw missingTarget(spec.algorithm)
  const target = readTarget(columnNamed(frame, spec.target, 'target'), spec.task)
  const able = algorithmsFor(target.task).map(({ name }) => name)
  if (spec.algorithm === 'auto') return { target, candidates: contendersAmong(able), warnings: [] }
  if (able.includes(spec.algorithm)) return { target, candidates: [spec.algorithm], warnings: [] }
  const kind = target.task === 'regression' ? 'a number to be estimated (regression)' : 'one of some classes (classification)'
  throw new Fault(
    'invalid_input',
    `Algorithm '${spec.algorithm}' cannot learn '${spec.target}', which is ${kind}. Use ${able.join(', ')}, or set task.`,
  )
}

const targetless = (task: Task, rows: number): Target => ({
  task,
  classes: [],
  rows: Uint32Array.from({ length: rows }, (_, row) => row),
  values: new Float64Array(0),
})

function missingTarget(algorithm: string): Fault {
  const alone = algorithms.filter(({ tasks }) => !tasks.some(isSupervised)).map(({ name }) => name)
  const others = alone.length === 0 ? '' : ` Without a target there are ${alone.join(', ')}.`
  const what =
    algorithm === 'auto' ? 'auto compares algorithms that predict a column' : `Algorithm '${algorithm}' learns to predict a column`
  return new Fault('invalid_input', `${what}: name it as target.${others}`)
}

function uselessTarget(algorithm: string, target: string, task: Task): Fault {
  return new Fault(
    'invalid_input',
    `Algorithm '${algorithm}' ${finds[task] ?? 'predicts no column'}, so it has no use for the target '${target}'. Leave target out; to keep the column out of the model as well, drop it first with prepare_data.`,
  )
}

const finds: Partial<Readonly<Record<Task, string>>> = {
  clustering: 'finds groups of rows by themselves',
  projection: 'describes rows by few numbers',
  recommendation: 'ranks items for users from who took what',
}

const noKind = (algorithm: string): Fault =>
  new Fault(
    'invalid_input',
    `task says whether a target names classes or is a number, and '${algorithm}' predicts no column. Leave task out.`,
  )
