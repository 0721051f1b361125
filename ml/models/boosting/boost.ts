/** A boosting fit from beginning to end: what is held out, round after round with losses and checkpoints, when to stop. */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import type { Engine } from '../../kernels/load.ts'
import type { FitControl } from '../algorithm.ts'
import { at } from '../at.ts'
import { outputs as outputsOf, type Problem } from '../problem.ts'
import type { Tree } from '../trees/tree.ts'
import { packTrees, type Trees } from '../trees/trees.ts'
import { forEachLeaf } from '../trees/walk.ts'
import { type Field, openField } from './field.ts'
import { type Loss, lossOf } from './objective.ts'
import { type BoostingParams, requireFit } from './params.ts'
import { rounds } from './rounds.ts'
import { holdOut } from './sampling.ts'

export interface Boosted {
  /** Score before the first tree, by output. */
  readonly start: Float64Array
  readonly trees: Trees
}

/** Throws `invalid_input` where parameters do not fit the problem. `engine` is for comparing the two. */
export function boost(problem: Problem, params: BoostingParams, control: FitControl & { readonly engine?: Engine }): Boosted {
  requireFit(problem, params)
  const rows = rowsOf(problem, params, control.seed)
  const loss = lossOf(problem, params)
  const start = loss.start(problem, rows.teaching)
  const outputs = problem.task === 'multiclass' ? outputsOf(problem) : 1
  const engine = control.engine === undefined ? {} : { engine: control.engine }
  const field = openField(problem, { params, outputs, threads: control.threads ?? 1, ...engine })
  try {
    const trees = runRounds({ field, params, control, loss, start, rows })
    return { start, trees: packTrees(trees, 1, problem.columns) }
  } finally {
    field.team.close()
  }
}

function rowsOf(problem: Problem, { early_stopping_rounds: patience, validation_fraction: fraction }: BoostingParams, seed: number): Rows {
  if (patience === 0) return { teaching: Uint32Array.from({ length: problem.rows }, (_, row) => row), heldOut: new Uint32Array() }
  const rows = holdOut(problem, fraction, seed)
  if (rows.heldOut.length > 0 && rows.teaching.length > 0) return rows
  throw new Fault(
    'invalid_input',
    `${problem.rows} rows are too few to hold ${fraction} of them out for early stopping. Add rows, or set early_stopping_rounds to 0.`,
  )
}

export interface Rows {
  /** Rising. */
  readonly teaching: Uint32Array
  readonly heldOut: Uint32Array
}

export interface Run {
  readonly field: Field
  readonly params: BoostingParams
  readonly control: FitControl
  readonly loss: Loss
  readonly start: Float64Array
  readonly rows: Rows
}

/** What a killed fit goes on from: the trees so far, and the loss on the rows held out, by round. */
const savedRun = z.object({
  trees: z.array(z.custom<Tree>((value) => typeof value === 'object' && value !== null && 'leafValue' in value)),
  losses: z.array(z.number()),
})

function runRounds(run: Run): readonly Tree[] {
  const { field, params, control } = run
  const { outputs } = field.layout
  const restored = control.checkpoint?.restored
  const { trees, losses } = restored === undefined ? { trees: [], losses: [] } : savedRun.parse(restored)
  beginScores(run, trees)
  const addRound = rounds(run)
  for (let round = trees.length / outputs; round < params.n_estimators && !isStale(losses, params); round++) {
    const grown = addRound(round)
    trees.push(...grown)
    const train_loss = meanLoss(run, run.rows.teaching.subarray(0, mostJudged))
    const judged = run.rows.heldOut.length > 0 ? { validation_loss: meanLoss(run, run.rows.heldOut) } : {}
    if (judged.validation_loss !== undefined) losses.push(judged.validation_loss)
    control.progress((round + 1) / params.n_estimators, { step: round + 1, train_loss, ...judged })
    control.checkpoint?.save(() => ({ trees, losses }))
    if (grown.every((tree) => tree.feature.length === 0) && !samples(params)) break
  }
  return losses.length === 0 ? trees : trees.slice(0, outputs * (1 + bestOf(losses)))
}

/** Scores before the next round: the constant, and tree by tree what each adds, in the order in which a fit adds it. */
function beginScores({ field, start }: Run, trees: readonly Tree[]): void {
  const { heap, layout, problem } = field
  const first = (output: number): number => (layout.scores + output * layout.scoreStep) / 8
  for (const [output, score] of start.entries()) heap.fill(score, first(output), first(output) + layout.rows)
  if (trees.length === 0) return
  const packed = packTrees(trees, 1, problem.columns)
  forEachLeaf(packed, problem, (leaf, tree, row) => {
    const slot = first(tree % start.length) + row
    heap[slot] = at(heap, slot) + at(packed.leafValue, leaf)
  })
}

/** The loss of a learning curve is that of this many rows: enough to see it fall. */
const mostJudged = 2000

const samples = ({ bagging_freq: freq, bagging_fraction: rows, feature_fraction: columns }: BoostingParams): boolean =>
  (freq > 0 && rows < 1) || columns < 1

const bestOf = (losses: readonly number[]): number => losses.reduce((best, loss, i) => (loss < (losses[best] ?? 0) ? i : best), 0)

const isStale = (losses: readonly number[], { early_stopping_rounds: patience }: BoostingParams): boolean =>
  patience > 0 && losses.length - 1 - bestOf(losses) >= patience

/** Weighted mean of the loss at the scores so far. */
function meanLoss({ field, loss, start }: Run, rows: Uint32Array): number {
  const { heap, layout, problem } = field
  const raw = new Float64Array(start.length)
  let [sum, total] = [0, 0]
  for (const row of rows) {
    for (let k = 0; k < raw.length; k++) raw[k] = at(heap, (layout.scores + k * layout.scoreStep) / 8 + row)
    const weight = problem.weights?.[row] ?? 1
    sum += weight * loss.loss(raw, at(problem.target, row))
    total += weight
  }
  return sum / total
}
