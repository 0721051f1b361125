/** Random forest: trees on drawn rows, each split on the best of a few drawn columns, answering by their mean (Breiman 2001). */
import { defineAlgorithm } from './algorithm.ts'
import { fitForest, forestBatchScorer, forestFitted, forestParams, forestScorer } from './forest/forest.ts'

export const randomForest = defineAlgorithm({
  name: 'random_forest',
  title: 'Random forest',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: true,
  params: forestParams(true),
  fitted: forestFitted,
  fit: (problem, params, control) => fitForest(problem, params, { ...control, random: false }),
  scorer: forestScorer,
  batchScorer: forestBatchScorer,
})
