/** One decision tree on histograms: Gini impurity for classes, squared error for numbers. Easy to read, weaker than many trees. */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { outputs, prior } from './problem.ts'
import { binColumns } from './trees/binning.ts'
import { giniCriterion } from './trees/gini.ts'
import { treeGrower } from './trees/grow.ts'
import { newtonCriterion } from './trees/newton.ts'
import { packTrees, requireColumns, treesSchema } from './trees/trees.ts'
import { leafFinder } from './trees/walk.ts'

const params = z.strictObject({
  num_leaves: z.int().min(2).max(4096).default(31).describe('Most leaves'),
  max_depth: z.int().min(0).max(64).default(0).describe('Most splits from root to leaf; 0 means no limit'),
  min_data_in_leaf: z.int().min(1).default(20).describe('Fewest training rows of a leaf'),
  max_bin: z.int().min(2).max(255).default(255).describe('Most bins of a column'),
})

export const tree = defineAlgorithm({
  name: 'tree',
  title: 'Decision tree',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: false,
  params,
  fitted: z.strictObject({ trees: treesSchema.describe('The one tree') }),
  fit: (problem, options, { progress }) => {
    const { rows, target, classes, task } = problem
    const minInLeaf = options.min_data_in_leaf
    const binned = binColumns(problem, options.max_bin)
    /** Around the mean, so that a large one costs no digits. */
    const mean = task === 'regression' ? (prior(problem)[0] ?? 0) : 0
    const leastSquares = { gradients: target.map((value) => mean - value), hessians: new Float64Array(rows).fill(1) }
    const criterion =
      task === 'regression'
        ? newtonCriterion(binned, leastSquares, { l2: 0, minInLeaf, minHessian: 0 })
        : giniCriterion(binned, target, { classes, minInLeaf })
    const grow = treeGrower(binned, { leaves: options.num_leaves, depth: options.max_depth })
    const grown = grow(
      criterion,
      Uint32Array.from({ length: rows }, (_, row) => row),
    )
    progress(1)
    const around = (values: readonly number[]): number[] => values.map((value) => value + mean)
    const tree = { ...grown.tree, value: around(grown.tree.value), leafValue: around(grown.tree.leafValue) }
    return { trees: packTrees([tree], outputs(problem), problem.columns) }
  },
  scorer: ({ trees }, shape) => {
    requireColumns(trees, shape.columns)
    const leafOf = leafFinder(trees)
    const width = outputs(shape)
    return (row, scores) => {
      const at = width * leafOf(0, row, 0)
      for (let k = 0; k < width; k++) scores[k] = trees.leafValue[at + k] ?? 0
    }
  },
})
