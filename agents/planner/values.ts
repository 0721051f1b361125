/** Values in the words of people: algorithms, stages, strategies, tests and measures. */
import { said } from './said.ts'

/** value -> the ways to say it; they apply to whatever argument lists that value. */
export const valueWords: Readonly<Record<string, readonly string[]>> = {
  random_forest: said`random forest, forest, forests, rf`,
  gradient_boosting: said`
    gradient boosting, gradient boosted, boosting, boosted trees, gbm, gbdt, xgboost, lightgbm, gradient-boosting,
    gradient-boosted`,
  logistic: said`logistic regression, logistic, logit`,
  logistic_regression: said`logistic regression, logistic, logit`,
  linear: said`linear regression, linear model, linear, least squares`,
  linear_regression: said`linear regression, linear`,
  ridge: said`ridge regression, ridge`,
  tree: said`decision tree, single tree, tree`,
  decision_tree: said`decision tree, single tree, tree`,
  knn: said`nearest neighbours, nearest neighbors, nearest neighbour, nearest neighbor, k-nearest, knn, k-nn`,
  naive_bayes: said`naive bayes, bayes, naïve bayes`,
  neural_network: said`neural network, neural net, mlp, perceptron`,
  svm: said`support vector machine, support vector, svm`,
  kmeans: said`k-means, k means, kmeans, clusters, clustering, cluster, segment`,
  isolation_forest: said`isolation forest, anomaly detector, anomalies, anomaly, unusual`,
  gaussian_mixture: said`gaussian mixture, mixture model`,
  pca: said`principal components, principal component, pca`,
  cnn: said`convolutional, cnn, convnet`,
  recommender: said`recommender, recommendation`,
  auto: said`
    automatic, automatically choose, you choose, you pick, you decide, whatever works, any algorithm, whichever, auto,
    automl, best algorithm`,
  production: said`production, prod, live`,
  staging: said`staging, stage environment`,
  archived: said`archived, archive, retire, archives, shelve`,
  full: said`
    to everyone, for everyone, everyone, all traffic, all users, full, fully, completely, everybody, all customers`,
  canary: said`canary, canaries`,
  shadow: said`shadow, shadowing, dark launch`,
  ab: said`a/b, ab test, a/b test, ab, split test, a-b`,
  keyword: said`keyword, keywords, exact, lexical, bm25, literal`,
  vector: said`vector, semantic, semantically, embedding, by meaning, dense`,
  hybrid: said`hybrid, combined`,
  psi: said`psi, population stability index, population stability`,
  ks: said`ks, kolmogorov-smirnov, kolmogorov, k-s`,
  chi2: said`chi2, chi-squared, chi-square, chi square, chi squared`,
  wasserstein: said`wasserstein, earth mover, earth mover's`,
  js: said`jensen-shannon, jensen shannon, js`,
  grid: said`grid search, grid`,
  random: said`random search`,
  tpe: said`tpe, bayesian`,
  csv: said`csv, comma-separated`,
  parquet: said`parquet`,
  jsonl: said`jsonl, json lines`,
}

/** The ways to say a value; none for one that only its tool knows. */
export const wordingsOf = (value: string): readonly string[] => (Object.hasOwn(valueWords, value) ? (valueWords[value] ?? []) : [])

/** Values that answer one question: where one of a family can be chosen, another one that was said is not just noise. */
export const families: readonly (readonly string[])[] = [
  said`random_forest, gradient_boosting, logistic, linear, ridge, tree, decision_tree, knn, naive_bayes, neural_network, svm, kmeans, isolation_forest, gaussian_mixture, pca, cnn`,
  said`psi, ks, chi2, wasserstein, js`,
  said`full, canary, shadow, ab`,
  said`keyword, vector, hybrid`,
]

/** When a person excludes one value and names no other, the first of these that remains is taken. */
export const preferredValues: readonly string[] = said`gradient_boosting, random_forest, logistic, linear, ridge, tree`

const trees = { n_estimators: said`tree, trees` }

/** algorithm -> parameter -> the words that a number before them sets: "4 clusters", "200 trees". */
export const countedParams: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  kmeans: { n_clusters: said`cluster, clusters, group, groups, segment, segments` },
  gaussian_mixture: { n_components: said`component, components, cluster, clusters, group, groups` },
  pca: { n_components: said`component, components, dimension, dimensions` },
  random_forest: trees,
  extra_trees: trees,
  isolation_forest: trees,
  gradient_boosting: { n_estimators: said`tree, trees, round, rounds` },
}

/** Measures by their usual names; the key is what tools expect. */
export const metricWords: Readonly<Record<string, readonly string[]>> = {
  roc_auc: said`roc_auc, roc auc, auc, roc, auroc, roc-auc`,
  pr_auc: said`pr_auc, pr auc, average precision, pr-auc`,
  accuracy: said`accuracy`,
  f1_macro: said`f1_macro, macro f1, f1 macro, f1-macro`,
  f1: said`f1, f1 score, f1-score, f-score`,
  log_loss: said`log_loss, log loss, logloss, cross entropy, log-loss`,
  rmse: said`rmse, root mean squared error`,
  mae: said`mae, mean absolute error`,
  mse: said`mse, mean squared error`,
  r2: said`r2, r squared, r-squared, r²`,
  precision: said`precision`,
  recall: said`recall, sensitivity`,
}

const metricsSaid: ReadonlySet<string> = new Set(Object.values(metricWords).flat())

export const isMetric = (word: string): boolean => metricsSaid.has(word)
