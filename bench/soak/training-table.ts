/** What the training soak trains on, and what it trains: algorithms of every kind that work long enough to be killed. */
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'

export interface Asked {
  readonly tool: 'train_model' | 'tune_model'
  readonly algorithm: string
  readonly [input: string]: unknown
}

const train = (algorithm: string, input: Readonly<Record<string, unknown>>): Asked => ({
  ...{ tool: 'train_model', algorithm, folds: 3, seed: 7 },
  ...input,
})

/** The longest first: the server works at four at once. */
export const trainings: readonly Asked[] = [
  train('gradient_boosting', { target: 'label', params: { n_estimators: 600, num_leaves: 63, bagging_fraction: 0.8, bagging_freq: 1 } }),
  train('random_forest', { target: 'label', params: { n_estimators: 400 } }),
  train('neural_network', { target: 'label', params: { hidden_layers: [128, 64], max_epochs: 60, early_stopping_rounds: 60 } }),
  { tool: 'tune_model', algorithm: 'tree', target: 'label', folds: 3, seed: 7, trials: 24, search: 'tpe', stopping: 'median' },
  train('gradient_boosting', { target: 'amount', params: { n_estimators: 400 }, weight_column: 'weight' }),
  train('extra_trees', { target: 'amount', params: { n_estimators: 200 } }),
  train('logistic', { target: 'label', params: { penalty: 'l1' }, class_weight: 'balanced', calibration: 'isotonic' }),
  train('kmeans', { params: { n_clusters: 20, n_init: 20 } }),
  train('gaussian_mixture', { params: { n_components: 8, n_init: 4 } }),
  train('isolation_forest', { target: 'label', params: { n_estimators: 300 } }),
]

/** Numbers, words and holes; two targets that hang on them. */
export function trainingTable(rows: number, seed: number): string {
  const random = seededRandom(seed)
  const lines = Array.from({ length: rows }, () => {
    const x = Array.from({ length: 10 }, () => random())
    const kind = ['north', 'east', 'south', 'west'][Math.floor(4 * random())] ?? 'north'
    const signal = 3 * (x[0] ?? 0) - 2 * (x[1] ?? 0) * (x[2] ?? 0) + (kind === 'east' ? 1 : 0) + random()
    const cells = x.map((value) => (random() < 0.05 ? '' : value.toFixed(5)))
    return [...cells, kind, (0.5 + random()).toFixed(3), signal.toFixed(5), signal > 1.4 ? 'yes' : 'no'].join(',')
  })
  return [`${Array.from({ length: 10 }, (_, k) => `x${k}`).join(',')},kind,weight,amount,label`, ...lines].join('\n')
}
