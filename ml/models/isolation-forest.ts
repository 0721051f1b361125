/**
 * Isolation forest: how unusual a row is, by how few random cuts set it apart from others (Liu et al. 2008). Scores are near
 * 1 for rows that stand out, and well below .5 for rows like many.
 */
import { z } from 'zod'
import { averagePrecision, rocAuc } from '../evaluation/ranking.ts'
import { defineAlgorithm, type Shape } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { averageDepth, drawRows, isolationGrower } from './forest/isolation.ts'
import { joinTrees } from './forest/join.ts'
import { treeRandom } from './forest/sample.ts'
import type { Problem } from './problem.ts'
import { requireColumns, type Trees, treeCount, treesSchema } from './trees/trees.ts'
import { forEachLeaf, leafFinder } from './trees/walk.ts'

const params = z.strictObject({
  n_estimators: z.int().min(1).max(10_000).default(100).describe('Trees'),
  max_samples: z.int().min(2).max(1_000_000).default(256).describe('Rows drawn for each tree; all when there are fewer'),
})

const fitted = z.strictObject({
  trees: treesSchema.describe('Leaves answer a depth'),
  samples: z.int().min(1).describe('Rows that each tree was grown on'),
})

type Fitted = z.output<typeof fitted>

export const isolationForest = defineAlgorithm({
  name: 'isolation_forest',
  title: 'Isolation forest',
  tasks: ['anomaly'],
  weighted: false,
  params,
  fitted,
  fit: (problem, { n_estimators, max_samples }, { seed, progress }) => {
    const samples = Math.min(max_samples, problem.rows)
    const grow = isolationGrower(problem)
    const parts: Trees[] = []
    for (let tree = 0; tree < n_estimators; tree++) {
      const random = treeRandom(seed, tree)
      parts.push(grow(drawRows(problem.rows, samples, random), random))
      progress((tree + 1) / n_estimators)
    }
    return { trees: joinTrees(parts, 1), samples }
  },
  scorer: (model, shape) => {
    const { trees } = model
    requireColumns(trees, shape.columns)
    const leafOf = leafFinder(trees)
    const count = treeCount(trees)
    const score = scoreOfDepth(model)
    return (row, scores) => {
      let depth = 0
      for (let tree = 0; tree < count; tree++) depth += at(trees.leafValue, leafOf(tree, row, 0))
      scores[0] = score(depth)
    }
  },
  batchScorer,
  measure: (model, shape, { test }) => {
    const scores = new Float64Array(test.rows)
    batchScorer(model, shape)(test.values, test.rows, scores)
    return test.target.length > 0 ? againstLabels(test, scores) : spread(scores)
  },
})

function batchScorer(model: Fitted, shape: Shape) {
  const { trees } = model
  requireColumns(trees, shape.columns)
  const score = scoreOfDepth(model)
  return (values: readonly Float64Array[], rows: number, scores: Float64Array): void => {
    scores.fill(0)
    forEachLeaf(trees, { values, rows }, (leaf, _, row) => addAt(scores, row, at(trees.leafValue, leaf)))
    for (let row = 0; row < rows; row++) scores[row] = score(at(scores, row))
  }
}

/** 2^(-mean depth / c(n)) of the depths added up: scikit-learn's score_samples with its sign turned. */
function scoreOfDepth({ trees, samples }: Fitted): (depths: number) => number {
  const usual = treeCount(trees) * averageDepth(samples)
  return (depths) => 2 ** -(usual > 0 ? depths / usual : 1)
}

/** Left out where only one kind of label is there. */
function againstLabels({ target }: Problem, scores: Float64Array): Record<string, number> {
  const unusual = Uint8Array.from(target)
  const found = { roc_auc: rocAuc(unusual, scores), pr_auc: averagePrecision(unusual, scores) }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => Number.isFinite(value)))
}

/** Without labels: where most scores lie, how far the highest stand out, and how many are beyond what chance alone gives. */
function spread(scores: Float64Array): Record<string, number> {
  const sorted = scores.toSorted()
  const quantile = (share: number): number => at(sorted, Math.round(share * (sorted.length - 1)))
  return {
    score_median: quantile(0.5),
    score_p95: quantile(0.95),
    score_p99: quantile(0.99),
    score_max: quantile(1),
    share_above_0_6: scores.filter((score) => score > 0.6).length / Math.max(1, scores.length),
  }
}
