/** All that growing tree t of a forest needs, as data that threads share, and the way from it to the tree. */
import { at } from '../at.ts'
import { type Problem, prior } from '../problem.ts'
import { type ForestColumns, forestColumns } from './columns.ts'
import { countJudge } from './counts.ts'
import { type Grown, treeGrower } from './grow.ts'
import { momentJudge } from './moments.ts'
import { drawSample, treeRandom } from './sample.ts'
import type { Judge, JudgeOptions } from './split.ts'

export interface ForestPlan {
  readonly columns: ForestColumns
  /** Class, or number around `offset`. */
  readonly target: Float64Array
  readonly weights: Float64Array | undefined
  /** 0 for regression. */
  readonly classes: number
  readonly offset: number
  readonly seed: number
  readonly options: ForestOptions
}

export interface ForestOptions {
  readonly trees: number
  /** Columns drawn in a node. */
  readonly maxFeatures: number
  readonly minSplit: number
  readonly minLeaf: number
  /** Most splits from root to leaf. */
  readonly maxDepth: number
  readonly maxBins: number
  /** Draws thresholds instead of trying all. */
  readonly random: boolean
  readonly bootstrap: boolean
  /** Rows drawn for a tree. */
  readonly size: number
}

/** Columns become bins, and long lists move to memory that threads share. */
export function planForest(problem: Problem, options: ForestOptions, seed: number): ForestPlan {
  const offset = offsetOf(problem)
  return {
    columns: forestColumns(problem, options.maxBins),
    target: shared(problem.target, offset),
    weights: problem.weights && shared(problem.weights, 0),
    classes: problem.task === 'regression' ? 0 : problem.classes,
    offset,
    seed,
    options,
  }
}

/** Numbers are learned around their mean, so that a large one costs no digits. */
const offsetOf = (problem: Problem): number => (problem.task === 'regression' ? (prior(problem)[0] ?? 0) : 0)

function shared(values: Float64Array, offset: number): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength))
  for (let i = 0; i < values.length; i++) copy[i] = at(values, i) - offset
  return copy
}

/** Grows any tree of the plan; the same tree for the same number, whoever asks and in whatever order. */
export function planGrower(plan: ForestPlan): (tree: number) => Grown {
  const { options, columns, weights } = plan
  let random = treeRandom(plan.seed, 0)
  const draw = (): number => random()
  const judge = judgeOf(plan, { minLeaf: options.minLeaf, random: options.random ? draw : undefined })
  const grow = treeGrower(columns, judge, options)
  return (tree) => {
    random = treeRandom(plan.seed, tree)
    const sample = drawSample({ rows: columns.rows, size: options.size, bootstrap: options.bootstrap, weights }, random)
    judge.begin(sample)
    return grow(sample, random)
  }
}

/** What judges one tree on all of a problem. */
export function planJudge(
  problem: Problem,
  { minLeaf, maxBins }: Pick<ForestOptions, 'minLeaf' | 'maxBins'>,
): { readonly columns: ForestColumns; readonly judge: Judge } {
  const columns = forestColumns(problem, maxBins)
  const offset = offsetOf(problem)
  const { weights } = problem
  const target = problem.target.map((value) => value - offset)
  const classes = problem.task === 'regression' ? 0 : problem.classes
  return { columns, judge: judgeOf({ columns, target, weights, classes, offset }, { minLeaf }) }
}

type Learned = Pick<ForestPlan, 'columns' | 'target' | 'weights' | 'classes' | 'offset'>

function judgeOf({ columns, target, weights, classes, offset }: Learned, options: JudgeOptions): Judge {
  if (classes > 2) return countJudge(columns, { target, classes }, options)
  return momentJudge(columns, { target, weighted: weights !== undefined, binary: classes === 2, offset }, options)
}
