/**
 * Naive Bayes: the columns are taken to be independent once the class is known, so that a class's log odds are a sum with one
 * share per column. A number's is a normal density, a category's a smoothed frequency; a missing value has none.
 */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type BatchScorer, defineAlgorithm, type Scorer, type Shape } from './algorithm.ts'
import { addAt, at } from './at.ts'
import { float64s, numbers } from './numbers.ts'
import { type Problem, prior } from './problem.ts'
import { softmax, softmaxRows } from './softmax.ts'
import { spread } from './spread.ts'

const params = z.strictObject({
  alpha: z.number().gt(0).max(1e6).default(1).describe('Rows added to every category of every class, so that none is impossible (Laplace)'),
  var_smoothing: z
    .number()
    .gt(0)
    .max(1)
    .default(1e-9)
    .describe('Share of the largest variance of any number that is added to all variances'),
})

const fitted = z.strictObject({
  shares: numbers.describe('Of each class'),
  columns: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number').describe('A number'),
          means: numbers.describe('By class'),
          variances: numbers.describe('By class'),
        }),
        z.strictObject({
          type: z.literal('category').describe('A category'),
          logs: float64s.describe('Log frequency, level by level and there by class; 0 throughout for levels that no row has'),
        }),
      ]),
    )
    .describe('One per input column, in order'),
})

type Fitted = z.infer<typeof fitted>
type Likelihood = Fitted['columns'][number]

/** Of one frequency table: 1 GiB. */
const mostFrequencies = 2 ** 27

export const naiveBayes = defineAlgorithm({
  name: 'naive_bayes',
  title: 'Naive Bayes',
  tasks: ['binary', 'multiclass'],
  weighted: true,
  params,
  fitted,
  fit: (problem, { alpha, var_smoothing }, { progress }) => {
    const spreads = problem.columns.map(({ name, type }, i) => (type === 'number' ? spread(name, valuesOf(problem, i)) : null))
    const widest = spreads.reduce((most, each) => Math.max(most, each?.variance ?? 0), 0)
    /** Where no number varies, no class differs in one, and any variance will do. */
    const floor = var_smoothing * widest || 1
    const columns = problem.columns.map((column, i): Likelihood => {
      progress(i / problem.columns.length)
      const whole = spreads[i]
      if (column.type === 'category') return frequencies(problem, i, { levels: column.levels.length, alpha, name: column.name })
      return densities(problem, i, { mean: whole?.mean ?? 0, variance: whole?.variance ?? 0, floor })
    })
    progress(1)
    return { shares: Array.from(prior(problem)), columns }
  },
  scorer: posteriorScorer,
  batchScorer: posteriorBatchScorer,
})

const valuesOf = ({ values, rows }: Problem, i: number): Float64Array => values[i] ?? new Float64Array(rows).fill(Number.NaN)

interface Whole {
  readonly mean: number
  readonly variance: number
  /** Added to every variance. */
  readonly floor: number
}

/** A class in which the column is always missing is given the whole column's mean and variance. */
function densities(problem: Problem, i: number, { mean, variance, floor }: Whole): Likelihood {
  const values = valuesOf(problem, i)
  const { classes } = problem
  const totals = new Float64Array(classes)
  const sums = momentsByClass(problem, values, { around: new Float64Array(classes), power: 1, totals })
  const means = sums.map((sum, k) => (at(totals, k) > 0 ? sum / at(totals, k) : mean))
  const squares = momentsByClass(problem, values, { around: means, power: 2, totals: new Float64Array(classes) })
  const variances = squares.map((sum, k) => (at(totals, k) > 0 ? sum / at(totals, k) : variance) + floor)
  return { type: 'number', means: Array.from(means), variances: Array.from(variances) }
}

interface Moments {
  readonly around: Float64Array
  readonly power: 1 | 2
  /** Gets the weight of the values added, by class. */
  readonly totals: Float64Array
}

/** By class, the weighted sum of the values' distances from a point, or of their squares; missing values are passed over. */
function momentsByClass({ target, weights, classes }: Problem, values: Float64Array, { around, power, totals }: Moments): Float64Array {
  const sums = new Float64Array(classes)
  for (let row = 0; row < values.length; row++) {
    const k = at(target, row)
    const away = at(values, row) - at(around, k)
    if (Number.isNaN(away)) continue
    const weight = weights === undefined ? 1 : at(weights, row)
    totals[k] = at(totals, k) + weight
    sums[k] = at(sums, k) + (power === 1 ? weight * away : weight * away * away)
  }
  return sums
}

function frequencies(
  problem: Problem,
  i: number,
  { levels, alpha, name }: { readonly levels: number; readonly alpha: number; readonly name: string },
): Likelihood {
  const { target, weights, classes } = problem
  if (levels * classes > mostFrequencies) {
    const words = `Column '${name}' has ${levels} categories for ${classes} classes: too many frequencies to keep.`
    throw new Fault('invalid_input', `${words} Leave the column out or merge its rare categories.`)
  }
  const values = valuesOf(problem, i)
  const counts = new Float64Array(levels * classes)
  const totals = new Float64Array(classes)
  const seen = new Uint8Array(levels)
  for (let row = 0; row < values.length; row++) {
    const code = at(values, row)
    if (!(code >= 0)) continue
    const weight = weights === undefined ? 1 : at(weights, row)
    seen[code] = 1
    addAt(counts, code * classes + at(target, row), weight)
    addAt(totals, at(target, row), weight)
  }
  const present = seen.reduce((sum, each) => sum + each, 0)
  for (let code = 0; code < levels; code++) {
    for (let k = 0; k < classes; k++) {
      const slot = code * classes + k
      counts[slot] = seen[code] === 1 ? Math.log((at(counts, slot) + alpha) / (at(totals, k) + alpha * present)) : 0
    }
  }
  return { type: 'category', logs: counts }
}

/** What a column is asked when rows are scored: adds its share of the log odds of each class to `scores`, from `start` on. */
type Share = (value: number, scores: Float64Array, start: number) => void

/** Beyond it a density is as good as 0; the bound keeps sums of many finite. */
const mostUnlikely = 1e300

function shareOf(likelihood: Likelihood, classes: number): Share {
  if (likelihood.type === 'category') {
    const { logs } = likelihood
    return (code, scores, start) => {
      if (!(code >= 0) || code * classes >= logs.length) return
      for (let k = 0; k < classes; k++) addAt(scores, start + k, at(logs, code * classes + k))
    }
  }
  const means = Float64Array.from(likelihood.means)
  const halves = Float64Array.from(likelihood.variances, (variance) => 0.5 / variance)
  const constants = Float64Array.from(likelihood.variances, (variance) => -0.5 * Math.log(2 * Math.PI * variance))
  return (value, scores, start) => {
    if (Number.isNaN(value)) return
    for (let k = 0; k < classes; k++) {
      const away = value - at(means, k)
      addAt(scores, start + k, at(constants, k) - Math.min(mostUnlikely, away * away * at(halves, k)))
    }
  }
}

function sharesOf({ columns, shares }: Fitted, shape: Shape): readonly Share[] {
  const { classes } = shape
  const fits =
    columns.length === shape.columns.length && shares.length === classes && columns.every((each, i) => fitsColumn(each, shape, i))
  if (!fits) throw new RangeError('The densities are not those of the columns and classes of the model.')
  return columns.map((each) => shareOf(each, classes))
}

function fitsColumn(likelihood: Likelihood, { columns, classes }: Shape, i: number): boolean {
  const column = columns[i]
  if (likelihood.type === 'category') return column?.type === 'category' && likelihood.logs.length === column.levels.length * classes
  const { means, variances } = likelihood
  return column?.type === 'number' && means.length === classes && variances.length === classes && variances.every((each) => each > 0)
}

function posteriorScorer(learned: Fitted, shape: Shape): Scorer {
  const shares = sharesOf(learned, shape)
  const priors = Float64Array.from(learned.shares, Math.log)
  return (row, scores) => {
    scores.set(priors)
    for (const [i, share] of shares.entries()) share(at(row, i), scores, 0)
    softmax(scores)
  }
}

function posteriorBatchScorer(learned: Fitted, shape: Shape): BatchScorer {
  const shares = sharesOf(learned, shape)
  const priors = Float64Array.from(learned.shares, Math.log)
  const { classes } = shape
  return (values, rows, scores) => {
    for (let row = 0; row < rows; row++) for (let k = 0; k < classes; k++) scores[row * classes + k] = at(priors, k)
    for (const [i, share] of shares.entries()) {
      const column = values[i] ?? new Float64Array(rows).fill(Number.NaN)
      for (let row = 0; row < rows; row++) share(at(column, row), scores, row * classes)
    }
    softmaxRows(scores, classes)
  }
}
