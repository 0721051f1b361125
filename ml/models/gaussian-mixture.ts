/**
 * A Gaussian mixture: every row comes from one of k normal clouds, nobody knows which. Expectation-maximisation (Dempster,
 * Laird & Rubin 1977) guesses the clouds from the memberships and the memberships from the clouds until neither changes.
 */
import { z } from 'zod'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { defineAlgorithm, type FitControl } from './algorithm.ts'
import { at } from './at.ts'
import {
  type CovarianceOptions,
  covarianceTypes,
  expect,
  freeParameters,
  type Gaussians,
  gaussiansSchema,
  logDensity,
  maximise,
} from './clustering/gaussians.ts'
import { clusterQuality } from './clustering/judge.ts'
import { kMeans, meanVariance } from './clustering/k-means.ts'
import { requireMemory, requireRows } from './clustering/limits.ts'
import { encode, encodingSchema, fitEncoding, type Points, rowEncoder } from './points/encoding.ts'

const params = z.strictObject({
  n_components: z.int().min(1).max(1000).default(1).describe('Number of components'),
  covariance_type: z
    .enum(covarianceTypes)
    .default('full')
    .describe('full: each component its own shape; tied: one shape for all; diag: along the axes; spherical: round'),
  tol: z.number().min(0).default(1e-3).describe('Ends a run when the mean log likelihood gains less'),
  reg_covar: z.number().min(0).default(1e-6).describe('Added to every variance, so that none is zero'),
  max_iter: z.int().min(1).max(10_000).default(100).describe('Most iterations of a run'),
  n_init: z.int().min(1).max(100).default(1).describe('Runs from new k-means beginnings; the likeliest is kept'),
  scale: z.boolean().default(true).describe('Divide numbers by their standard deviation; false leaves them in their own units'),
})
type Params = z.output<typeof params>

export const gaussianMixture = defineAlgorithm({
  name: 'gaussian_mixture',
  title: 'Gaussian mixture',
  tasks: ['clustering'],
  weighted: false,
  params,
  fitted: z.strictObject({
    encoding: encodingSchema.describe('From columns to coordinates'),
    gaussians: gaussiansSchema.describe('The components'),
    log_likelihood: z.number().describe('Mean over the training rows, in the units of the coordinates'),
    iterations: z.int().describe('Iterations of the best run'),
  }),
  fit: (problem, given, control) => {
    requireRows(problem.rows, given.n_components, 'n_components')
    const encoding = fitEncoding(problem, given.scale)
    requireMemory(problem.rows * given.n_components, 'Use fewer rows or lower n_components.')
    requireMemory(given.n_components * encoding.width ** 2, 'Lower n_components, or leave out columns of text with many values.')
    const { gaussians, logLikelihood, iterations } = fitMixture(encode(encoding, problem), given, control)
    control.progress(1)
    return { encoding, gaussians, log_likelihood: logLikelihood, iterations }
  },
  answers: ({ gaussians }) => Array.from(gaussians.weights, (_, k) => String(k)),
  scorer: ({ encoding, gaussians }, shape) => {
    const encoded = rowEncoder(encoding, shape)
    if (gaussians.width !== encoding.width) throw new RangeError('The mixture does not fit the encoding.')
    const density = logDensity(gaussians)
    return (row, scores) => {
      const log = density(encoded(row), 0, scores)
      for (let k = 0; k < scores.length; k++) scores[k] = Math.exp(at(scores, k) - log)
    }
  },
  /** `log_likelihood` is the mean over rows; `bic` and `aic` charge for parameters. All in the units of the coordinates. */
  measure: ({ encoding, gaussians }, _shape, { test }) => {
    const points = encode(encoding, test)
    const { labels, logLikelihood } = mostLikely(points, gaussians)
    const parameters = freeParameters(gaussians)
    return {
      ...clusterQuality(points, labels),
      log_likelihood: logLikelihood,
      bic: parameters * Math.log(test.rows) - 2 * test.rows * logLikelihood,
      aic: 2 * parameters - 2 * test.rows * logLikelihood,
    }
  },
})

function mostLikely({ rows, width, values }: Points, gaussians: Gaussians): { labels: Int32Array; logLikelihood: number } {
  const density = logDensity(gaussians)
  const logs = new Float64Array(gaussians.weights.length)
  const labels = new Int32Array(rows)
  let sum = 0
  for (let row = 0; row < rows; row++) {
    sum += density(values, row * width, logs)
    labels[row] = logs.indexOf(Math.max(...logs))
  }
  return { labels, logLikelihood: sum / Math.max(1, rows) }
}

const mixtureSchema = z.strictObject({ gaussians: gaussiansSchema, logLikelihood: z.number(), iterations: z.int() })
type Mixture = z.infer<typeof mixtureSchema>

const runSchema = z.strictObject({
  run: z.int(),
  /** Over all runs. */
  step: z.int(),
  current: mixtureSchema,
  best: mixtureSchema.nullable(),
})
type Run = z.infer<typeof runSchema>

function fitMixture(points: Points, given: Params, control: FitControl): Mixture {
  const covariance = { type: given.covariance_type, ridge: given.reg_covar, least: 1e-14 * meanVariance(points) }
  const shares = new Float64Array(points.rows * given.n_components)
  const begin = (run: number, step: number, best: Mixture | null): Run => {
    memberships(points, shares, control.seed + Math.imul(run, 0x9e3779b9))
    const gaussians = maximise(points, shares, covariance)
    return { run, step, current: { gaussians, logLikelihood: -Number.MAX_VALUE, iterations: 0 }, best }
  }
  const restored = control.checkpoint?.restored
  let run = restored === undefined ? begin(0, 0, null) : runSchema.parse(restored)
  for (;;) {
    const { steps, found } = settle({ points, shares, covariance }, run, given, control)
    const best = run.best === null || found.logLikelihood > run.best.logLikelihood ? found : run.best
    if (run.run + 1 >= given.n_init) return best
    run = begin(run.run + 1, steps, best)
  }
}

/** Whole memberships, as k-means gives them. */
function memberships(points: Points, shares: Float64Array, seed: number): void {
  const clusters = shares.length / points.rows
  const options = { clusters, runs: 1, sweeps: 300, tolerance: 1e-4 }
  const { labels } = kMeans({ points, weights: undefined }, options, {
    seed: Math.floor(seededRandom(seed)() * 2 ** 32),
    progress: () => undefined,
  })
  shares.fill(0)
  for (let row = 0; row < points.rows; row++) shares[row * clusters + (labels[row] ?? 0)] = 1
}

/** Iterates until the likelihood gains little. */
function settle(
  { points, shares, covariance }: { readonly points: Points; readonly shares: Float64Array; readonly covariance: CovarianceOptions },
  from: Run,
  given: Params,
  control: FitControl,
): { readonly steps: number; readonly found: Mixture } {
  const { run, best } = from
  let { step, current } = from
  for (let gain = Number.POSITIVE_INFINITY; current.iterations < given.max_iter && gain >= given.tol; ) {
    const logLikelihood = expect(points, current.gaussians, shares)
    gain = Math.abs(logLikelihood - current.logLikelihood)
    const gaussians = maximise(points, shares, covariance)
    current = { gaussians, logLikelihood, iterations: current.iterations + 1 }
    step++
    control.progress((run + current.iterations / given.max_iter) / given.n_init, { step, log_likelihood: logLikelihood })
    if (gain >= given.tol) control.checkpoint?.save(() => ({ run, step, current, best }))
  }
  return { steps: step, found: current }
}
