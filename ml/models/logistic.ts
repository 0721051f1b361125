/** Logistic regression, two classes or many (softmax), with scikit-learn's penalty: minimise |w|²/2 + C · log loss. */
import { z } from 'zod'
import { defineAlgorithm } from './algorithm.ts'
import { at } from './at.ts'
import { type Design, designOf, multiply, multiplyTransposed } from './linear/design.ts'
import { equationOf, equationSchema, equationScorer } from './linear/equation.ts'
import { minimise } from './linear/lbfgs.ts'
import type { Problem } from './problem.ts'
import { sigmoid, softmax } from './softmax.ts'

const params = z.strictObject({
  C: z.number().gt(0).default(1).describe('Inverse of the L2 penalty on the weights of standardised inputs'),
  max_iter: z.int().min(1).max(10_000).default(100).describe('Most steps of the optimiser'),
})

export const logistic = defineAlgorithm({
  name: 'logistic',
  title: 'Logistic regression',
  tasks: ['binary', 'multiclass'],
  weighted: false,
  params,
  fitted: equationSchema,
  fit: (problem, { C, max_iter }, { progress }) => {
    const design = designOf(problem)
    /** Two classes need one weight vector: the log odds of the second. */
    const outputs = problem.classes === 2 ? 1 : problem.classes
    const size = design.width + 1
    let evaluations = 0
    const evaluate = (x: Float64Array, gradient: Float64Array): number => {
      progress(1 - 1 / (1 + ++evaluations / 20))
      return loss({ design, problem, C, outputs }, x, gradient)
    }
    const { x } = minimise(evaluate, new Float64Array(outputs * size), { iterations: max_iter, tolerance: 1e-6 * C * problem.rows })
    progress(1)
    const weights = Array.from({ length: outputs }, (_, k) => x.subarray(k * size, k * size + design.width))
    const intercept = Array.from({ length: outputs }, (_, k) => x[k * size + design.width] ?? 0)
    return equationOf(design, weights, intercept)
  },
  scorer: (equation, shape) => {
    const score = equationScorer(equation, shape)
    const outputs = equation.intercept.length
    return (row, scores) => {
      score(row, scores)
      if (outputs > 1) softmax(scores)
      else {
        const p = sigmoid(at(scores, 0))
        scores[0] = 1 - p
        scores[1] = p
      }
    }
  },
})

interface Fit {
  readonly design: Design
  readonly problem: Problem
  readonly C: number
  readonly outputs: number
}

/** Value and gradient of the penalised loss; `x` is, output by output, the weights and then the intercept. */
function loss({ design, problem, C, outputs }: Fit, x: Float64Array, gradient: Float64Array): number {
  const size = design.width + 1
  const scores = Array.from({ length: outputs }, (_, k) => {
    const score = new Float64Array(design.rows).fill(x[k * size + design.width] ?? 0)
    multiply(design, x.subarray(k * size, k * size + design.width), score)
    return score
  })
  let value = C * (outputs === 1 ? binaryResiduals(scores, problem.target) : softmaxResiduals(scores, problem.target))
  gradient.fill(0)
  for (const [k, residuals] of scores.entries()) {
    const part = gradient.subarray(k * size, k * size + design.width)
    multiplyTransposed(design, residuals, part)
    let sum = 0
    for (let row = 0; row < residuals.length; row++) sum += residuals[row] ?? 0
    gradient[k * size + design.width] = C * sum
    for (let j = 0; j < part.length; j++) {
      const weight = x[k * size + j] ?? 0
      part[j] = C * (part[j] ?? 0) + weight
      value += (weight * weight) / 2
    }
  }
  return value
}

/** Replaces log odds by p - y; returns the log loss summed over rows. */
function binaryResiduals([score]: readonly Float64Array[], target: Float64Array): number {
  let sum = 0
  if (score === undefined) return sum
  for (let row = 0; row < score.length; row++) {
    const z = score[row] ?? 0
    const y = target[row] ?? 0
    sum += Math.max(z, 0) - y * z + Math.log1p(Math.exp(-Math.abs(z)))
    score[row] = sigmoid(z) - y
  }
  return sum
}

/** Replaces scores by p - [y = k]; returns the log loss summed over rows. */
function softmaxResiduals(scores: readonly Float64Array[], target: Float64Array): number {
  let sum = 0
  const row = new Float64Array(scores.length)
  for (let i = 0; i < target.length; i++) {
    for (const [k, score] of scores.entries()) row[k] = score[i] ?? 0
    const y = target[i] ?? 0
    softmax(row)
    sum -= Math.log(Math.max(row[y] ?? 0, Number.MIN_VALUE))
    for (const [k, score] of scores.entries()) score[i] = (row[k] ?? 0) - (k === y ? 1 : 0)
  }
  return sum
}
