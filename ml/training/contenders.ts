/** What `auto` tries, from the quickest to the slowest, each with settings that are good without tuning. */
import type { Params } from './params.ts'

const contenders: readonly { readonly algorithm: string; readonly params: Params }[] = [
  { algorithm: 'linear', params: {} },
  { algorithm: 'logistic', params: {} },
  { algorithm: 'knn', params: { n_neighbors: 15, weights: 'distance' } },
  { algorithm: 'gradient_boosting', params: { learning_rate: 0.05, n_estimators: 200, num_leaves: 15 } },
  { algorithm: 'extra_trees', params: { n_estimators: 200 } },
  { algorithm: 'random_forest', params: { n_estimators: 200 } },
  { algorithm: 'neural_network', params: {} },
]

/** Those of the able algorithms that are tried, in the order they are tried. */
export function contendersAmong(able: readonly string[]): readonly string[] {
  return contenders.map(({ algorithm }) => algorithm).filter((name) => able.includes(name))
}

/** How auto sets an algorithm. */
export const autoParams = (algorithm: string): Params => contenders.find((each) => each.algorithm === algorithm)?.params ?? {}
