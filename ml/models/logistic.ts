/**
 * Logistic regression, two classes or many (softmax), with scikit-learn's objective: minimise C · log loss, summed over the
 * rows, plus ½|w|² (l2), |w| (l1) or a mix of both. Quasi-Newton steps, each costing one visit of the rows, and for two classes
 * of a narrow smooth problem Newton's own where those are slow to settle.
 */
import { z } from 'zod'
import type { BatchScorer, Scorer, Shape } from './algorithm.ts'
import { defineAlgorithm } from './algorithm.ts'
import { at } from './at.ts'
import { type Design, designOf } from './linear/design.ts'
import { type Equation, equationOf, equationSchema } from './linear/equation.ts'
import { equationBatchScorer, equationScorer, requireOutputs } from './linear/equation-scorer.ts'
import { minimise } from './linear/lbfgs.ts'
import { type LogLoss, logLossOf } from './linear/log-loss.ts'
import { newton } from './linear/newton.ts'
import { sigmoid, softmax, softmaxRows } from './softmax.ts'

const params = z.strictObject({
  penalty: z
    .enum(['l2', 'l1', 'elasticnet', 'none'])
    .default('l2')
    .describe('l2 shrinks all weights, l1 sets many of them to 0, elasticnet does some of both, none neither'),
  C: z.number().gt(0).default(1).describe('Inverse strength of the penalty on the weights of standardised inputs; none ignores it'),
  l1_ratio: z.number().min(0).max(1).default(0.5).describe('For elasticnet: 0 is l2, 1 is l1'),
  max_iter: z.int().min(1).max(10_000).default(100).describe('Most steps of the optimiser'),
  tol: z.number().gt(0).max(1).default(1e-4).describe('It stops when no slope of the mean loss is steeper'),
})

type Params = z.infer<typeof params>

export const logistic = defineAlgorithm({
  name: 'logistic',
  title: 'Logistic regression',
  tasks: ['binary', 'multiclass'],
  weighted: true,
  params,
  fitted: equationSchema,
  fit: (problem, chosen, { progress }) => {
    const design = designOf(problem)
    const loss = logLossOf(design, problem)
    const { size, outputs } = loss
    const x = solve(loss, chosen, { design, weights: problem.weights, progress })
    progress(1)
    const weights = Array.from({ length: outputs }, (_, k) => x.subarray(k * size, (k + 1) * size - 1))
    const intercept = Array.from({ length: outputs }, (_, k) => at(x, (k + 1) * size - 1))
    return equationOf(design, weights, intercept)
  },
  scorer: probabilityScorer,
  batchScorer: probabilityBatchScorer,
})

interface Fit {
  readonly design: Design
  readonly weights: Float64Array | undefined
  readonly progress: (fraction: number) => void
}

/** Quasi-Newton steps after which Newton's pay, where the design is narrow enough for them. */
const firstSteps = 5
const widestForNewton = 512

/** Divided by C and the rows, so that slopes mean the same whatever they are: mean loss + l2 w²/2 + l1 |w|, intercepts free. */
function solve(loss: LogLoss, { penalty, C, l1_ratio, max_iter, tol }: Params, { design, weights, progress }: Fit): Float64Array {
  const { rows, width } = design
  const ratio = { none: 0, l2: 0, l1: 1, elasticnet: l1_ratio }[penalty]
  const strength = penalty === 'none' ? 0 : 1 / (C * rows)
  const penalised = (each: number): Float64Array => loss.start.map((_, i) => (i % loss.size === width ? 0 : each))
  const l2 = penalised(strength * (1 - ratio))
  let evaluations = 0
  const evaluate = (x: Float64Array, gradient: Float64Array): number => {
    progress(1 - 1 / (1 + ++evaluations / 20))
    gradient.fill(0)
    let value = loss.evaluate(x, gradient) / rows
    for (let i = 0; i < x.length; i++) {
      gradient[i] = at(gradient, i) / rows + at(l2, i) * at(x, i)
      value += (at(l2, i) * at(x, i) ** 2) / 2
    }
    return value
  }
  const curvature = loss.curvature.map((each, i) => each / rows + at(l2, i))
  const l1 = ratio > 0 && strength > 0 ? { l1: penalised(strength * ratio) } : {}
  const polish = loss.outputs === 1 && ratio === 0 && width <= widestForNewton
  const iterations = polish ? Math.min(firstSteps, max_iter) : max_iter
  const found = minimise(evaluate, loss.start, { iterations, tolerance: tol, curvature, ...l1 })
  if (found.converged || !polish) return found.x
  return newton(evaluate, found.x, { design, weights, l2: strength, iterations: max_iter - iterations, tolerance: tol })
}

function probabilityScorer(equation: Equation, shape: Shape): Scorer {
  requireOutputs(equation, shape.classes === 2 ? 1 : shape.classes)
  const score = equationScorer(equation, shape)
  if (equation.intercept.length > 1)
    return (row, scores) => {
      score(row, scores)
      softmax(scores)
    }
  const logOdds = new Float64Array(1)
  return (row, scores) => {
    score(row, logOdds)
    const p = sigmoid(at(logOdds, 0))
    scores[0] = 1 - p
    scores[1] = p
  }
}

function probabilityBatchScorer(equation: Equation, shape: Shape): BatchScorer {
  requireOutputs(equation, shape.classes === 2 ? 1 : shape.classes)
  const score = equationBatchScorer(equation, shape)
  const { length: outputs } = equation.intercept
  if (outputs > 1)
    return (values, rows, scores) => {
      score(values, rows, scores)
      softmaxRows(scores, outputs)
    }
  return (values, rows, scores) => {
    const logOdds = new Float64Array(rows)
    score(values, rows, logOdds)
    for (let row = 0; row < rows; row++) {
      const p = sigmoid(at(logOdds, row))
      scores[2 * row] = 1 - p
      scores[2 * row + 1] = p
    }
  }
}
