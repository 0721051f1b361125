/** Least squares with a little L2 (ridge), solved exactly by the normal equations. */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { solvePositive } from './linear/cholesky.ts'
import { type Design, designOf, rowOf } from './linear/design.ts'
import { equationOf, equationSchema, equationScorer } from './linear/equation.ts'
import { type Problem, prior } from './problem.ts'

const params = z.strictObject({
  alpha: z.number().min(0).default(1).describe('L2 penalty on the weights of standardised inputs; 0 is plain least squares'),
})

export const linear = defineAlgorithm({
  name: 'linear',
  title: 'Linear regression',
  tasks: ['regression'],
  weighted: false,
  params,
  fitted: equationSchema,
  fit: (problem, { alpha }, { progress }) => {
    const design = designOf(problem)
    const { weights, intercept } = leastSquares(design, problem, alpha)
    progress(1)
    return equationOf(design, [weights], [intercept])
  },
  scorer: equationScorer,
})

/** The intercept is not penalised: target and design are taken around their means. */
function leastSquares(design: Design, problem: Problem, alpha: number): { readonly weights: Float64Array; readonly intercept: number } {
  const { rows, width } = design
  const mean = at(prior(problem), 0)
  const { gram, moments, sums } = crossProducts(
    design,
    problem.target.map((value) => value - mean),
  )
  for (let a = 0; a < width; a++) for (let b = 0; b < width; b++) addAt(gram, a * width + b, (-at(sums, a) * at(sums, b)) / rows)
  const weights = solveRidge(gram, moments, alpha)
  let intercept = mean
  for (let a = 0; a < width; a++) intercept -= (at(weights, a) * at(sums, a)) / rows
  return { weights, intercept }
}

interface CrossProducts {
  /** Xᵀ X, row by row. */
  readonly gram: Float64Array
  /** Xᵀ y. */
  readonly moments: Float64Array
  readonly sums: Float64Array
}

function crossProducts(design: Design, target: Float64Array): CrossProducts {
  const { rows, width } = design
  const gram = new Float64Array(width * width)
  const moments = new Float64Array(width)
  const sums = new Float64Array(width)
  const slots = new Int32Array(design.blocks.length)
  const values = new Float64Array(design.blocks.length)
  for (let row = 0; row < rows; row++) {
    const length = rowOf(design, row, { slots, values })
    for (let a = 0; a < length; a++) {
      const slot = slots[a] ?? 0
      const value = at(values, a)
      addAt(sums, slot, value)
      addAt(moments, slot, value * at(target, row))
      for (let b = 0; b < length; b++) addAt(gram, slot * width + (slots[b] ?? 0), value * at(values, b))
    }
  }
  return { gram, moments, sums }
}

/** Categories make the design collinear, so that the least penalty which can be solved is used when `alpha` is too small. */
function solveRidge(gram: Float64Array, moments: Float64Array, alpha: number): Float64Array {
  const width = moments.length
  const trace = Array.from({ length: width }, (_, i) => at(gram, i * width + i)).reduce((sum, value) => sum + value, 0)
  for (let penalty = Math.max(alpha, (1e-10 * trace) / Math.max(1, width)); ; penalty = Math.max(1e-12, penalty * 10)) {
    const matrix = gram.slice()
    for (let i = 0; i < width; i++) addAt(matrix, i * width + i, penalty)
    const weights = solvePositive(matrix, moments)
    if (weights?.every(Number.isFinite)) return weights
  }
}
