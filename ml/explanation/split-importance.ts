/** What the splits on each column gained when the trees were grown. Free, but of the training rows, and it favours columns of many values. */
import { Fault } from '../../platform/fault.ts'
import type { Model } from '../models/model.ts'
import { isTreeAlgorithm, treeModelOf } from './tree-models.ts'

export interface SplitFeature {
  readonly feature: string
  /** Share of the gain of all splits; 0 where there is none. */
  readonly importance: number
  readonly gain: number
  /** Splits that ask the column. */
  readonly splits: number
}

/** The largest first. Throws `invalid_input` for a model that is not made of trees. */
export function splitImportance(model: Model): readonly SplitFeature[] {
  if (!isTreeAlgorithm(model.algorithm))
    throw new Fault('invalid_input', `A ${model.algorithm} model has no splits, so no gain. Use method shap or permutation.`)
  const { feature, gain } = treeModelOf(model).sum.trees
  const gains = new Float64Array(model.columns.length)
  const splits = new Int32Array(model.columns.length)
  for (const [node, column] of feature.entries()) {
    gains[column] = (gains[column] ?? 0) + (gain[node] ?? 0)
    splits[column] = (splits[column] ?? 0) + 1
  }
  const total = gains.reduce((sum, value) => sum + value, 0)
  return model.columns
    .map(({ name }, column) => ({
      feature: name,
      importance: total > 0 ? (gains[column] ?? 0) / total : 0,
      gain: gains[column] ?? 0,
      splits: splits[column] ?? 0,
    }))
    .toSorted((a, b) => b.importance - a.importance || b.splits - a.splits)
}
