/** How each algorithm made of trees adds them up: the one place where explanation knows their names and what they store. */
import { z } from 'zod'
import { averageDepth } from '../models/forest/isolation.ts'
import type { Model } from '../models/model.ts'
import { float64s } from '../models/numbers.ts'
import { ensembleSchema, type Link } from '../models/trees/ensemble.ts'
import { treeCount, treesSchema } from '../models/trees/trees.ts'
import { answerOutput, type Output, rawOutput, type Space } from './output.ts'
import type { TreeSum } from './tree-sum.ts'

export interface TreeModel {
  readonly sum: TreeSum
  /** Which of the sums speaks for class `k`. */
  readonly outputOf: (k: number) => Output
}

const boosted = z.object({ objective: z.string(), start: float64s, trees: treesSchema })
const averaged = z.object({ trees: treesSchema })
const isolating = z.object({ trees: treesSchema, samples: z.int() })

type Reader = (model: Model) => TreeModel

const readers: Readonly<Record<string, Reader>> = {
  gradient_boosting: boosting,
  tree: average,
  random_forest: average,
  extra_trees: average,
  isolation_forest: isolation,
  imported_trees: imported,
}

/** Whether an algorithm is a sum of trees. */
export const isTreeAlgorithm = (algorithm: string): boolean => Object.hasOwn(readers, algorithm)

/** Throws a RangeError for an algorithm that is no sum of trees. */
export function treeModelOf(model: Model): TreeModel {
  const reader = readers[model.algorithm]
  if (reader === undefined) throw new RangeError(`'${model.algorithm}' is not made of trees.`)
  return reader(model)
}

/** Trees take turns over the outputs; their values are scaled already. */
function boosting(model: Model): TreeModel {
  const { start, trees, objective } = boosted.parse(model.fitted)
  const isLog = objective === 'poisson'
  return {
    sum: { trees, start, scale: 1, slotOf: inTurns(start.length) },
    outputOf: (k) => ({ ...rawOutput(model.task, start.length, k), ...(isLog && { space: 'log_value' }) }),
  }
}

const inTurns =
  (outputs: number): TreeSum['slotOf'] =>
  (tree, output) =>
    tree % outputs === output ? 0 : -1

/** Every tree answers all shares, or the number, and the mean counts. */
function average(model: Model): TreeModel {
  const { trees } = averaged.parse(model.fitted)
  return {
    sum: { trees, start: new Float64Array(trees.width), scale: 1 / Math.max(1, treeCount(trees)), slotOf: (_, output) => output },
    outputOf: (k) => answerOutput(model.task, k),
  }
}

/** The score is 2^-(depths / usual depths), so that its logarithm adds up. */
function isolation(model: Model): TreeModel {
  const { trees, samples } = isolating.parse(model.fitted)
  const usual = treeCount(trees) * averageDepth(samples)
  return {
    sum: {
      trees,
      start: Float64Array.of(usual > 0 ? 0 : -Math.LN2),
      scale: usual > 0 ? -Math.LN2 / usual : 0,
      slotOf: (_, output) => output,
    },
    outputOf: () => ({ index: 0, sign: 1, space: 'log_value' }),
  }
}

const spaceOf: Readonly<Record<Link, Space>> = {
  identity: 'value',
  sigmoid: 'log_odds',
  softmax: 'score',
  ova: 'score',
  exp: 'log_value',
  expit: 'score',
  log1p_exp: 'score',
  signed_square: 'score',
}

/** Log odds are what the sigmoid is taken of, its factor included. */
function imported(model: Model): TreeModel {
  const { start, trees, average: mean, link, sigmoid } = ensembleSchema.parse(model.fitted)
  const rounds = mean ? Math.max(1, treeCount(trees) / start.length) : 1
  const scale = (link === 'sigmoid' ? sigmoid : 1) / rounds
  return {
    sum: { trees, start: start.map((value) => value * scale), scale, slotOf: inTurns(start.length) },
    outputOf: (k) => ({ ...rawOutput(model.task, start.length, k), space: spaceOf[link] }),
  }
}
