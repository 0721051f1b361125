/** Trees that another program trained: they are scored, explained and exported here, and cannot be fitted. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { defineAlgorithm } from './algorithm.ts'
import { outputs } from './problem.ts'
import { batchSum } from './trees/batch.ts'
import { applyLink, type Ensemble, ensembleSchema } from './trees/ensemble.ts'
import { requireColumns, treeCount } from './trees/trees.ts'
import { leafFinder } from './trees/walk.ts'

export const importedTrees = defineAlgorithm({
  name: 'imported_trees',
  title: 'Imported trees',
  tasks: ['binary', 'multiclass', 'regression'],
  weighted: false,
  params: z.strictObject({}),
  fitted: ensembleSchema,
  fit: () => {
    throw new Fault('invalid_input', 'Imported trees cannot be trained here. Train gradient_boosting instead.')
  },
  scorer: (ensemble, shape) => {
    requireFit(ensemble, shape)
    const { trees } = ensemble
    const leafOf = leafFinder(trees)
    const [count, width] = [treeCount(trees), ensemble.start.length]
    const raw = new Float64Array(width)
    const finish = finisher(ensemble)
    return (row, scores) => {
      raw.set(ensemble.start)
      for (let tree = 0; tree < count; tree++) raw[tree % width] = (raw[tree % width] ?? 0) + (trees.leafValue[leafOf(tree, row, 0)] ?? 0)
      finish(raw, scores)
    }
  },
  batchScorer: (ensemble, shape) => {
    requireFit(ensemble, shape)
    const { start, trees } = ensemble
    return batchSum(trees, { start, outputOf: (tree) => tree % start.length, finish: finisher(ensemble) })
  },
})

function requireFit(
  ensemble: Ensemble,
  shape: Parameters<typeof outputs>[0] & Pick<Parameters<typeof importedTrees.scorer>[1], 'columns'>,
): void {
  requireColumns(ensemble.trees, shape.columns)
  const wanted = ensemble.link === 'sigmoid' ? 2 : ensemble.start.length
  if (ensemble.start.length === 0 || outputs(shape) !== wanted || ensemble.trees.width !== 1)
    throw new RangeError(`The trees give ${wanted} scores a row where ${outputs(shape)} are wanted.`)
}

function finisher(ensemble: Ensemble): (raw: Float64Array, scores: Float64Array) => void {
  const rounds = Math.max(1, treeCount(ensemble.trees) / ensemble.start.length)
  return (raw, scores) => {
    if (ensemble.average) for (let k = 0; k < raw.length; k++) raw[k] = (raw[k] ?? 0) / rounds
    applyLink(ensemble, raw, scores)
  }
}
