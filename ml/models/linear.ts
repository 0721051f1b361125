/**
 * Linear regression with any mix of an L2 penalty (ridge) and an L1 penalty (lasso): ridge exactly, by the normal equations,
 * the rest by coordinate descent. A design too wide for a matrix of slots by slots is solved from its rows instead.
 */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { descend } from './linear/coordinate-descent.ts'
import { equationOf, equationSchema } from './linear/equation.ts'
import { equationBatchScorer, equationScorer, requireOutputs } from './linear/equation-scorer.ts'
import { gramOf } from './linear/gram.ts'
import { interceptOf, type LeastSquares, leastSquaresOf } from './linear/least-squares.ts'
import { quadraticOfGram, quadraticOfRows } from './linear/quadratics.ts'
import { ridgeOfGram, ridgeOfRows } from './linear/ridge.ts'

const params = z.strictObject({
  alpha: z
    .number()
    .min(0)
    .default(1)
    .describe(
      "Strength of the penalty on the weights of standardised inputs; 0 is plain least squares. As scikit-learn's: with l1_ratio 0 it stands beside the sum of squared errors (Ridge), else beside half their mean (Lasso, ElasticNet)",
    ),
  l1_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('0 shrinks all weights (ridge), 1 sets many of them to 0 (lasso), between does some of both (elastic net)'),
})

/** Slots up to which a matrix of slots by slots is cheaper than passes over the rows. */
const widestMatrix = 1024

export const linear = defineAlgorithm({
  name: 'linear',
  title: 'Linear regression',
  tasks: ['regression'],
  weighted: true,
  params,
  fitted: equationSchema,
  fit: (problem, penalty, { progress }) => {
    const squares = leastSquaresOf(problem)
    const solve = penalty.alpha === 0 || penalty.l1_ratio === 0 ? ridge : elasticNet
    const weights = solve(squares, penalty, progress)
    progress(1)
    return equationOf(squares.design, [weights], [interceptOf(squares, weights)])
  },
  scorer: (equation, shape) => {
    requireOutputs(equation, 1)
    return equationScorer(equation, shape)
  },
  batchScorer: (equation, shape) => {
    requireOutputs(equation, 1)
    return equationBatchScorer(equation, shape)
  },
})

type Solver = (squares: LeastSquares, penalty: z.infer<typeof params>, progress: (fraction: number) => void) => Float64Array

const ridge: Solver = (squares, { alpha }, progress) =>
  squares.design.width > widestMatrix ? ridgeOfRows(squares, { alpha, progress }) : ridgeOfGram(gramOf(squares), alpha)

/** Rounds cost little with the matrix, so that they go on until nothing moves. */
const elasticNet: Solver = (squares, { alpha, l1_ratio }, progress) => {
  const { rows, width } = squares.design
  const wide = width > widestMatrix
  return descend(wide ? quadraticOfRows(squares) : quadraticOfGram(gramOf(squares)), {
    l1: alpha * l1_ratio * rows,
    l2: alpha * (1 - l1_ratio) * rows,
    tolerance: (wide ? 1e-10 : 1e-14) * squares.squares,
    rounds: 10_000,
    progress,
  })
}
