/**
 * Gradient boosting: each tree takes one Newton step down the loss of all trees before it (Friedman 2001), grown on
 * histograms and leaf by leaf with LightGBM's defaults (Ke et al. 2017). Categories and missing values need no preparation.
 */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { float64s } from './numbers.ts'
import { type Problem, prior } from './problem.ts'
import { sigmoid, softmax } from './softmax.ts'
import { binColumns } from './trees/binning.ts'
import { treeGrower } from './trees/grow.ts'
import { newtonCriterion } from './trees/newton.ts'
import type { Tree } from './trees/tree.ts'
import { packTrees, requireColumns, treeCount, treesSchema } from './trees/trees.ts'
import { leafFinder, sumOfLeaves } from './trees/walk.ts'

const params = z.strictObject({
  n_estimators: z.int().min(1).max(10_000).default(100).describe('Boosting rounds; a round grows one tree per class'),
  learning_rate: z.number().gt(0).max(1).default(0.1).describe('Share of each tree that is added, above 0 up to 1'),
  num_leaves: z.int().min(2).max(1024).default(31).describe('Most leaves of a tree'),
  max_depth: z.int().min(0).max(64).default(0).describe('Most splits from root to leaf; 0 means no limit'),
  min_data_in_leaf: z.int().min(1).default(20).describe('Fewest training rows of a leaf'),
  lambda_l2: z.number().min(0).default(0).describe('L2 shrinkage of leaf values'),
  max_bin: z.int().min(2).max(255).default(255).describe('Most bins of a column'),
})

const fitted = z.strictObject({
  start: float64s.describe('Score before the first tree, by output'),
  trees: treesSchema.describe('Round by round, and in a round output by output; values are already scaled by the learning rate'),
})

export const gradientBoosting = defineAlgorithm({
  name: 'gradient_boosting',
  title: 'Gradient boosting',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: false,
  params,
  fitted,
  fit: (problem, options, { progress }) => {
    const start = startScores(problem)
    const addRound = booster(problem, start, options)
    const trees: Tree[] = []
    for (let round = 0; round < options.n_estimators; round++) {
      const grown = addRound()
      trees.push(...grown)
      progress((round + 1) / options.n_estimators)
      if (grown.every((tree) => tree.feature.length === 0)) break
    }
    return { start, trees: packTrees(trees, 1, problem.columns) }
  },
  scorer: ({ start, trees }, shape) => {
    requireColumns(trees, shape.columns)
    const leafOf = leafFinder(trees)
    const [count, width] = [treeCount(trees), start.length]
    const raw = new Float64Array(width)
    return (row, scores) => {
      raw.set(start)
      for (let tree = 0; tree < count; tree++) addAt(raw, tree % width, at(trees.leafValue, leafOf(tree, row, 0)))
      link(raw, scores, shape.task)
    }
  },
  batchScorer: ({ start, trees }, shape) => {
    requireColumns(trees, shape.columns)
    const finish = (raw: Float64Array, scores: Float64Array): void => link(raw, scores, shape.task)
    return sumOfLeaves(trees, { start, outputOf: (tree) => tree % start.length, finish })
  },
})

/** Grows the next round of trees at every call: one for each output, on the gradients at the scores so far. */
function booster(problem: Problem, start: Float64Array, options: z.output<typeof params>): () => readonly Tree[] {
  const { rows } = problem
  const binned = binColumns(problem, options.max_bin)
  const grow = treeGrower(binned, { leaves: options.num_leaves, depth: options.max_depth })
  const state = { gradients: new Float64Array(rows), hessians: new Float64Array(rows) }
  const criterion = newtonCriterion(binned, state, { l2: options.lambda_l2, minInLeaf: options.min_data_in_leaf, minHessian: 1e-3 })
  const scores = Array.from(start, (score) => new Float64Array(rows).fill(score))
  const order = new Uint32Array(rows)
  return () => {
    const shares = scores.length > 1 ? softmaxShares(scores) : scores
    return scores.map((score, output) => {
      differentiate(problem, { output, outputs: scores.length, score: shares[output] ?? score }, state)
      for (let row = 0; row < rows; row++) order[row] = row
      const { tree, leafRows } = grow(criterion, order)
      /** A tree that found no split has nothing to add to the constant. */
      const rate = tree.feature.length === 0 ? 0 : options.learning_rate
      const leafValue = tree.leafValue.map((value) => value * rate)
      for (const [leaf, members] of leafRows.entries()) addToRows(score, members, leafValue[leaf] ?? 0)
      return { ...tree, value: tree.value.map((value) => value * rate), leafValue }
    })
  }
}

function addToRows(score: Float64Array, rows: Uint32Array, value: number): void {
  for (let i = 0; i < rows.length; i++) addAt(score, rows[i] ?? 0, value)
}

/** The best constant: the mean, the log odds, or the log share of each class. */
function startScores(problem: Problem): Float64Array {
  const shares = prior(problem)
  const clip = (share: number): number => Math.min(1 - 1e-12, Math.max(1e-12, share))
  if (problem.task === 'regression') return shares
  if (problem.task === 'binary') return Float64Array.of(Math.log(clip(at(shares, 1)) / (1 - clip(at(shares, 1)))))
  return shares.map((share) => Math.log(clip(share)))
}

/** First and second derivative of the loss at the scores so far: squared error, log loss, or softmax log loss. */
function differentiate(
  { task, target, rows }: Problem,
  { output, outputs, score }: { readonly output: number; readonly outputs: number; readonly score: Float64Array },
  { gradients, hessians }: { readonly gradients: Float64Array; readonly hessians: Float64Array },
): void {
  if (task === 'regression') {
    for (let row = 0; row < rows; row++) gradients[row] = at(score, row) - at(target, row)
    hessians.fill(1)
    return
  }
  /** LightGBM's factor for softmax: the diagonal alone underestimates the curvature. */
  const factor = outputs > 1 ? outputs / (outputs - 1) : 1
  const positive = outputs > 1 ? output : 1
  for (let row = 0; row < rows; row++) {
    const p = outputs > 1 ? at(score, row) : sigmoid(at(score, row))
    gradients[row] = p - (at(target, row) === positive ? 1 : 0)
    hessians[row] = factor * p * (1 - p)
  }
}

function softmaxShares(scores: readonly Float64Array[]): readonly Float64Array[] {
  const shares = scores.map((score) => score.slice())
  const rows = shares[0]?.length ?? 0
  const one = new Float64Array(scores.length)
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < shares.length; k++) one[k] = shares[k]?.[row] ?? 0
    softmax(one)
    for (const [k, share] of shares.entries()) share[row] = at(one, k)
  }
  return shares
}

/** From raw scores to probabilities, or the number itself. */
function link(raw: Float64Array, scores: Float64Array, task: Problem['task']): void {
  if (task === 'binary') {
    const p = sigmoid(at(raw, 0))
    scores[0] = 1 - p
    scores[1] = p
    return
  }
  scores.set(raw)
  if (task === 'multiclass') softmax(scores)
}
