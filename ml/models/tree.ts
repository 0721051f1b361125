/** One decision tree: Gini impurity for classes, squared error for numbers. Easy to read, weaker than many trees. */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { forestBatchScorer, forestScorer } from './forest/forest.ts'
import { growLeafwise } from './forest/leafwise.ts'
import { planJudge } from './forest/plan.ts'
import { drawSample } from './forest/sample.ts'
import { treesSchema } from './trees/trees.ts'

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
  weighted: true,
  params,
  fitted: z.strictObject({ trees: treesSchema.describe('The one tree') }),
  fit: (problem, options, { progress }) => {
    const { rows, weights } = problem
    const minLeaf = options.min_data_in_leaf
    const { columns, judge } = planJudge(problem, { minLeaf, maxBins: options.max_bin })
    const sample = drawSample({ rows, size: rows, bootstrap: false, weights }, () => 0)
    judge.begin(sample)
    const trees = growLeafwise(columns, judge, sample, {
      leaves: options.num_leaves,
      minSplit: 2 * minLeaf,
      maxDepth: options.max_depth === 0 ? Number.MAX_SAFE_INTEGER : options.max_depth,
    })
    progress(1)
    return { trees }
  },
  scorer: forestScorer,
  batchScorer: forestBatchScorer,
})
