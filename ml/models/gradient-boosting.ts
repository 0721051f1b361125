/**
 * Gradient boosting: each tree takes one Newton step down the loss of all trees before it (Friedman 2001), grown on
 * histograms and leaf by leaf with LightGBM's defaults (Ke et al. 2017). Categories and missing values need no preparation.
 */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { boost } from './boosting/boost.ts'
import { boostingParams, objectives } from './boosting/params.ts'
import { float64s } from './numbers.ts'
import type { Problem } from './problem.ts'
import { sigmoid, softmax } from './softmax.ts'
import { batchSum } from './trees/batch.ts'
import { requireColumns, treeCount, treesSchema } from './trees/trees.ts'
import { leafFinder } from './trees/walk.ts'

const fitted = z.strictObject({
  objective: z.enum(objectives).default('auto').describe('What it made small; decides how raw scores are read'),
  start: float64s.describe('Score before the first tree, by output'),
  trees: treesSchema.describe('Round by round, and in a round output by output; values are already scaled by the learning rate'),
})

export const gradientBoosting = defineAlgorithm({
  name: 'gradient_boosting',
  title: 'Gradient boosting',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: true,
  params: boostingParams,
  fitted,
  fit: (problem, options, control) => ({ objective: options.objective, ...boost(problem, options, control) }),
  scorer: ({ start, trees, objective }, shape) => {
    requireColumns(trees, shape.columns)
    const finish = link(shape.task, objective)
    const leafOf = leafFinder(trees)
    const [count, width] = [treeCount(trees), start.length]
    const raw = new Float64Array(width)
    return (row, scores) => {
      raw.set(start)
      for (let tree = 0; tree < count; tree++) addAt(raw, tree % width, at(trees.leafValue, leafOf(tree, row, 0)))
      finish(raw, scores)
    }
  },
  batchScorer: ({ start, trees, objective }, shape) => {
    requireColumns(trees, shape.columns)
    return batchSum(trees, { start, outputOf: (tree) => tree % start.length, finish: link(shape.task, objective) })
  },
})

/** From raw scores to probabilities, or the number itself. */
function link(task: Problem['task'], objective: (typeof objectives)[number]): (raw: Float64Array, scores: Float64Array) => void {
  if (task === 'binary')
    return (raw, scores) => {
      const p = sigmoid(at(raw, 0))
      scores[0] = 1 - p
      scores[1] = p
    }
  if (task === 'multiclass')
    return (raw, scores) => {
      scores.set(raw)
      softmax(scores)
    }
  return (raw, scores) => {
    scores[0] = objective === 'poisson' ? Math.exp(at(raw, 0)) : at(raw, 0)
  }
}
