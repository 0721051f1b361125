/** Every algorithm by name. A new one is a file beside this one and a line here. */
import { Fault } from '../../platform/fault.ts'
import type { Algorithm } from './algorithm.ts'
import { cnn } from './cnn.ts'
import { dbscan } from './dbscan.ts'
import { extraTrees } from './extra-trees.ts'
import { gaussianMixture } from './gaussian-mixture.ts'
import { gradientBoosting } from './gradient-boosting.ts'
import { importedOnnx } from './imported-onnx.ts'
import { importedTrees } from './imported-trees.ts'
import { isolationForest } from './isolation-forest.ts'
import { kmeans } from './kmeans.ts'
import { knn } from './knn.ts'
import { linear } from './linear.ts'
import { logistic } from './logistic.ts'
import { naiveBayes } from './naive-bayes.ts'
import { neuralNetwork } from './neural-network.ts'
import { pca } from './pca.ts'
import type { Task } from './problem.ts'
import { randomForest } from './random-forest.ts'
import { recommender } from './recommender.ts'
import { stackOf } from './stack.ts'
import { tree } from './tree.ts'

export const algorithms: readonly Algorithm[] = [
  linear,
  logistic,
  naiveBayes,
  knn,
  tree,
  randomForest,
  extraTrees,
  gradientBoosting,
  neuralNetwork,
  cnn,
  kmeans,
  dbscan,
  gaussianMixture,
  isolationForest,
  pca,
  recommender,
]

/** Models that are made of others, or that other programs trained: they can be served, not fitted. */
const served: readonly Algorithm[] = [stackOf(algorithmNamed), importedTrees, importedOnnx]

export const algorithmNames: readonly string[] = algorithms.map(({ name }) => name)

/** Throws `invalid_input` with the names there are. */
export function algorithmNamed(name: string): Algorithm {
  const found = [...algorithms, ...served].find((algorithm) => algorithm.name === name)
  if (found === undefined)
    throw new Fault('invalid_input', `There is no algorithm '${name}'. Use one of ${algorithmNames.join(', ')}, or auto.`)
  return found
}

/** The algorithms that can do this task. */
export function algorithmsFor(task: Task): readonly Algorithm[] {
  return algorithms.filter((algorithm) => algorithm.tasks.includes(task))
}
