/** What is worth searching for each algorithm when nobody says so: the few parameters that matter most, in usual ranges. */
import type { Space } from './space.ts'

const forest: Space = {
  n_estimators: { low: 50, high: 400, int: true, log: true },
  max_depth: [0, 6, 10, 16, 24],
  min_samples_leaf: { low: 1, high: 20, int: true, log: true },
}

export const defaultSpaces: Readonly<Record<string, Space>> = {
  gradient_boosting: {
    n_estimators: { low: 50, high: 500, int: true, log: true },
    learning_rate: { low: 0.01, high: 0.3, log: true },
    num_leaves: { low: 7, high: 127, int: true, log: true },
    min_data_in_leaf: { low: 5, high: 100, int: true, log: true },
    lambda_l2: { low: 1e-3, high: 10, log: true },
  },
  random_forest: forest,
  extra_trees: forest,
  tree: {
    num_leaves: { low: 4, high: 255, int: true, log: true },
    min_data_in_leaf: { low: 1, high: 100, int: true, log: true },
  },
  linear: { alpha: { low: 1e-4, high: 100, log: true }, l1_ratio: [0, 0.1, 0.5, 0.9, 1] },
  logistic: { C: { low: 1e-3, high: 100, log: true }, penalty: ['l2', 'l1'] },
  knn: { n_neighbors: { low: 1, high: 60, int: true, log: true }, weights: ['uniform', 'distance'] },
  naive_bayes: { alpha: { low: 0.01, high: 10, log: true }, var_smoothing: { low: 1e-10, high: 1e-2, log: true } },
  neural_network: {
    hidden_layers: [[32], [64], [128], [64, 32], [128, 64]],
    learning_rate: { low: 3e-4, high: 0.03, log: true },
    alpha: { low: 1e-6, high: 10, log: true },
    dropout: { low: 0, high: 0.5 },
  },
  cnn: {
    learning_rate: { low: 1e-3, high: 0.01, log: true },
    dropout: { low: 0.1, high: 0.6 },
    alpha: { low: 1e-4, high: 10, log: true },
  },
  kmeans: { n_clusters: { low: 2, high: 20, int: true } },
  dbscan: { eps: { low: 0.1, high: 3, log: true }, min_samples: { low: 3, high: 30, int: true } },
  gaussian_mixture: { n_components: { low: 1, high: 20, int: true }, covariance_type: ['full', 'tied', 'diag', 'spherical'] },
  recommender: {
    factors: { low: 8, high: 128, int: true, log: true },
    regularization: { low: 1e-3, high: 10, log: true },
    alpha: { low: 0.5, high: 50, log: true },
  },
}
