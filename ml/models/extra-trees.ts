/**
 * Extremely randomised trees: as a random forest, but on all rows, and with thresholds drawn by chance, of which the best is
 * taken (Geurts et al. 2006). Faster to fit, and smoother.
 */
import { defineAlgorithm } from './algorithm.ts'
import { fitForest, forestBatchScorer, forestFitted, forestParams, forestScorer } from './forest/forest.ts'

export const extraTrees = defineAlgorithm({
  name: 'extra_trees',
  title: 'Extra trees',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: true,
  params: forestParams(false),
  fitted: forestFitted,
  fit: (problem, params, control) => fitForest(problem, params, { ...control, random: true }),
  scorer: forestScorer,
  batchScorer: forestBatchScorer,
})
