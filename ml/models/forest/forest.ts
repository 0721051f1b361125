/**
 * A forest: trees that each learn from other rows and columns, and answer together by their mean. What random forests and
 * extra trees share: parameters, fitting, scoring.
 */
import { z } from 'zod'
import type { BatchScorer, FitControl, Scorer, Shape } from '../algorithm.ts'
import { addAt, at } from '../at.ts'
import { float64s, int32s } from '../numbers.ts'
import { outputs, type Problem } from '../problem.ts'
import { requireColumns, type Trees, treeCount, treesSchema } from '../trees/trees.ts'
import { forEachLeaf, leafFinder } from '../trees/walk.ts'
import { growTrees } from './crew.ts'
import type { Grown } from './grow.ts'
import { joinTrees } from './join.ts'
import { addVotes, newVotes, outOfBagScore } from './out-of-bag.ts'
import { planForest } from './plan.ts'

/** scikit-learn's names and defaults; `bootstrap` is what random forests and extra trees differ in. */
export const forestParams = (bootstrap: boolean) =>
  z.strictObject({
    n_estimators: z.int().min(1).max(10_000).default(100).describe('Trees'),
    max_features: z
      .union([z.enum(['auto', 'sqrt', 'log2']), z.number().gt(0).max(1)])
      .default('auto')
      .describe('Columns drawn at every split: their square root, their logarithm, or a share. auto: sqrt for classes, all for numbers'),
    max_depth: z.int().min(0).max(10_000).default(0).describe('Most splits from root to leaf; 0 means no limit'),
    min_samples_split: z.int().min(2).default(2).describe('Fewest distinct training rows of a node that is split'),
    min_samples_leaf: z.int().min(1).default(1).describe('Fewest distinct training rows of a leaf'),
    bootstrap: z.boolean().default(bootstrap).describe('Whether a row may be drawn more than once for a tree'),
    max_samples: z.number().gt(0).max(1).default(1).describe('Rows drawn for each tree, as a share of all'),
    max_bin: z.int().min(2).max(255).default(255).describe('Most bins of a column'),
  })

export type ForestParams = z.output<ReturnType<typeof forestParams>>

export const forestFitted = z.strictObject({
  trees: treesSchema.describe('Leaves answer the share of each class, or the mean'),
  oob_score: z
    .number()
    .nullable()
    .describe('Accuracy or R² on the rows that a tree did not learn from, each judged by those trees only; null where there are none'),
})

type ForestFitted = z.output<typeof forestFitted>

/** What a restarted fit goes on from. */
const checkpointed = z.object({ trees: z.array(treesSchema), votes: float64s, judged: int32s })

/** How many points of the out-of-bag score a learning curve gets. */
const curvePoints = 10

/** `random`: draws one threshold a column instead of looking for the best. */
export function fitForest(
  problem: Problem,
  params: ForestParams,
  { seed, progress, threads = 1, checkpoint, random }: FitControl & { readonly random: boolean },
): ForestFitted {
  const trees = params.n_estimators
  const plan = planForest(problem, { ...sizesOf(problem, params), random }, seed)
  const restored = checkpointed.safeParse(checkpoint?.restored)
  const grown: Trees[] = restored.success ? [...restored.data.trees] : []
  const votes = restored.success ? { sums: restored.data.votes, judged: restored.data.judged } : newVotes(problem)
  const every = Math.ceil(trees / curvePoints)
  const take = (one: Grown): void => {
    grown.push(one.trees)
    addVotes(votes, one)
    const step = grown.length
    const score = step === trees || step % every === 0 ? outOfBagScore(problem, votes) : null
    progress(step / trees, score === null ? undefined : { step, oob_score: score })
    checkpoint?.save(() => ({ trees: grown, votes: votes.sums, judged: votes.judged }))
  }
  growTrees(plan, { first: grown.length, threads }, take)
  return { trees: joinTrees(grown, outputs(problem)), oob_score: outOfBagScore(problem, votes) }
}

function sizesOf({ rows, columns, task }: Problem, params: ForestParams) {
  return {
    trees: params.n_estimators,
    maxFeatures: drawnColumns(params.max_features, columns.length, task === 'regression'),
    minSplit: Math.max(params.min_samples_split, 2 * params.min_samples_leaf),
    minLeaf: params.min_samples_leaf,
    maxDepth: params.max_depth === 0 ? Number.MAX_SAFE_INTEGER : params.max_depth,
    maxBins: params.max_bin,
    bootstrap: params.bootstrap,
    size: Math.max(1, Math.round(rows * params.max_samples)),
  }
}

function drawnColumns(wanted: ForestParams['max_features'], columns: number, isRegression: boolean): number {
  if (typeof wanted === 'number') return Math.max(1, Math.floor(wanted * columns))
  if (wanted === 'auto' && isRegression) return columns
  return Math.max(1, Math.floor(wanted === 'log2' ? Math.log2(columns) : Math.sqrt(columns)))
}

/** Throws a RangeError when a tree does not fit the columns, or a leaf's answer is no shares of classes. */
function requireFit(trees: Trees, shape: Shape): void {
  requireColumns(trees, shape.columns)
  const { leafValue, width } = trees
  if (width !== outputs(shape)) throw new RangeError(`A leaf answers ${width} numbers where ${outputs(shape)} are wanted.`)
  if (shape.task === 'regression') return
  for (let leaf = 0; leaf < leafValue.length; leaf += width) {
    let sum = 0
    for (let k = leaf; k < leaf + width; k++) sum += at(leafValue, k) >= 0 ? at(leafValue, k) : Number.NaN
    if (!(Math.abs(sum - 1) < 1e-6)) throw new RangeError(`The shares of leaf ${leaf / width} do not add up to 1.`)
  }
}

/** The mean of the trees' answers. */
export function forestScorer({ trees }: { readonly trees: Trees }, shape: Shape): Scorer {
  requireFit(trees, shape)
  const leafOf = leafFinder(trees)
  const [count, width] = [treeCount(trees), outputs(shape)]
  return (row, scores) => {
    scores.fill(0)
    for (let tree = 0; tree < count; tree++) {
      const leaf = width * leafOf(tree, row, 0)
      for (let k = 0; k < width; k++) addAt(scores, k, at(trees.leafValue, leaf + k))
    }
    for (let k = 0; k < width; k++) scores[k] = at(scores, k) / count
  }
}

/** As `forestScorer`, for many rows, with the same results to the bit. */
export function forestBatchScorer({ trees }: { readonly trees: Trees }, shape: Shape): BatchScorer {
  requireFit(trees, shape)
  const [count, width] = [treeCount(trees), outputs(shape)]
  return (values, rows, scores) => {
    scores.fill(0)
    forEachLeaf(trees, { values, rows }, (leaf, _, row) => {
      for (let k = 0; k < width; k++) addAt(scores, row * width + k, at(trees.leafValue, leaf * width + k))
    })
    for (let i = 0; i < scores.length; i++) scores[i] = at(scores, i) / count
  }
}
