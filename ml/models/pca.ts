/** Principal component analysis: the few directions along which the rows differ most, and each row told by them. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { defineAlgorithm, type Scorer, type Shape } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { float64s } from './numbers.ts'
import { encode, encodingSchema, fitEncoding, type Points, rowEncoder } from './points/encoding.ts'
import { type Principal, principalOf } from './projection/principal.ts'

const params = z.strictObject({
  n_components: z
    .union([z.int().min(1), z.number().gt(0).lt(1)])
    .optional()
    .describe('Number of components, or below 1 the share of the variance that they must explain; all when absent'),
  whiten: z.boolean().default(false).describe('Divide each component by its standard deviation'),
  scale: z.boolean().default(true).describe('Divide numbers by their standard deviation; false leaves them in their own units'),
})

const fitted = z.strictObject({
  encoding: encodingSchema.describe('From columns to coordinates'),
  mean: float64s.describe('Mean of each coordinate'),
  components: float64s.describe('A direction of length 1 per component, one after the other'),
  explained_variance: float64s.describe('Variance along each component'),
  explained_variance_ratio: float64s.describe('Its share of the whole variance'),
  whiten: z.boolean().describe('Whether components are divided by their standard deviation'),
})
type Fitted = z.infer<typeof fitted>

export const pca = defineAlgorithm({
  name: 'pca',
  title: 'Principal component analysis',
  tasks: ['projection'],
  weighted: false,
  params,
  fitted,
  fit: (problem, { n_components, whiten, scale }, { progress }) => {
    if (problem.rows < 2) throw new Fault('invalid_input', `PCA needs at least 2 rows, found ${problem.rows}. Add rows.`)
    const encoding = fitEncoding(problem, scale)
    const points = encode(encoding, problem)
    const mean = meanOf(points)
    const principal = principalOf(points, mean, progress)
    if (principal.rank === 0) throw new Fault('invalid_input', 'PCA needs columns that vary; none of these does. Add columns.')
    const total = principal.variances.reduce((sum, value) => sum + value, 0)
    const shares = principal.variances.map((value) => value / total)
    const kept = keptComponents(n_components, principal, shares)
    progress(1)
    return {
      encoding,
      mean,
      components: principal.components.slice(0, kept * encoding.width),
      explained_variance: principal.variances.slice(0, kept),
      explained_variance_ratio: shares.slice(0, kept),
      whiten,
    }
  },
  answers: ({ explained_variance }) => Array.from(explained_variance, (_, k) => `component_${k + 1}`),
  scorer: pcaScorer,
  /**
   * How much of rows it has not seen the components keep: `explained_variance` is 1 - lost / spread around the training
   * mean, `reconstruction_error` the mean squared error of a coordinate.
   */
  measure: (model, _shape, { test }) => {
    const points = encode(model.encoding, test)
    const { lost, spread } = loss(model, points)
    const error = { reconstruction_error: lost / Math.max(1, points.values.length) }
    return spread > 0 ? { explained_variance: 1 - lost / spread, ...error } : error
  },
})

function meanOf({ rows, width, values }: Points): Float64Array {
  const mean = new Float64Array(width)
  for (let row = 0; row < rows; row++) for (let k = 0; k < width; k++) addAt(mean, k, at(values, row * width + k) / rows)
  return mean
}

/** By number, by share (the least number that explains more than it, as scikit-learn), or all that have variance. */
function keptComponents(wanted: number | undefined, { variances, rank }: Principal, shares: Float64Array): number {
  if (wanted === undefined) return rank
  if (wanted > variances.length)
    throw new Fault('invalid_input', `There can be at most ${variances.length} components here, found n_components ${wanted}. Lower it.`)
  if (wanted >= 1) return wanted
  let explained = 0
  for (let k = 0; k < rank; k++) {
    explained += at(shares, k)
    if (explained > wanted) return k + 1
  }
  return rank
}

function pcaScorer(model: Fitted, shape: Shape): Scorer {
  const encoded = rowEncoder(model.encoding, shape)
  const { components, mean, explained_variance, whiten } = model
  const { width } = model.encoding
  if (mean.length !== width || components.length !== width * explained_variance.length)
    throw new RangeError('The components do not fit the encoding.')
  /** A component without variance tells nothing: its score is 0, not noise divided by 0. */
  const factors = explained_variance.map((variance) => (whiten ? (variance > 0 ? 1 / Math.sqrt(variance) : 0) : 1))
  return (row, scores) => {
    const point = encoded(row)
    for (let c = 0; c < factors.length; c++) scores[c] = at(factors, c) * along(components, c, point, 0, mean)
  }
}

/** The centred point's coordinate along component `c`. */
function along(components: Float64Array, c: number, values: Float64Array, from: number, mean: Float64Array): number {
  const width = mean.length
  let sum = 0
  for (let k = 0; k < width; k++) sum += at(components, c * width + k) * (at(values, from + k) - at(mean, k))
  return sum
}

/** Squared distances, summed over rows: what the components cannot give back, and the whole spread. */
function loss({ components, mean, explained_variance }: Fitted, points: Points): { readonly lost: number; readonly spread: number } {
  const { rows, width, values } = points
  const rest = new Float64Array(width)
  let lost = 0
  let spread = 0
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) rest[k] = at(values, row * width + k) - at(mean, k)
    spread += squares(rest)
    for (let c = 0; c < explained_variance.length; c++) {
      const score = along(components, c, values, row * width, mean)
      for (let k = 0; k < width; k++) addAt(rest, k, -score * at(components, c * width + k))
    }
    lost += squares(rest)
  }
  return { lost, spread }
}

const squares = (values: Float64Array): number => {
  let sum = 0
  for (let k = 0; k < values.length; k++) sum += at(values, k) ** 2
  return sum
}
