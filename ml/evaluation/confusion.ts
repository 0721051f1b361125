/** Measures of a confusion table: rows are the true class, columns the predicted one. A class that is in neither is not counted. */

/** Counts, or sums of weights. */
export type ConfusionTable = readonly (readonly number[])[]

export interface ClassMeasures {
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Rows, or weight, of the class. */
  readonly support: number
}

export type Averaging = 'macro' | 'micro' | 'weighted'

/** Class by class; what nothing was predicted for, or nothing is of, has 0, as scikit-learn says it with zero_division 0. */
export function classMeasures(table: ConfusionTable): readonly ClassMeasures[] {
  const { actual, predicted } = marginsOf(table)
  return table.map((line, k) => {
    const [hit, of, called] = [line[k] ?? 0, actual[k] ?? 0, predicted[k] ?? 0]
    return { precision: share(hit, called), recall: share(hit, of), f1: share(2 * hit, of + called), support: of }
  })
}

/** Over classes: their plain mean, their mean by support, or all rows as one (with one answer per row all three are accuracy). */
export function averaged(table: ConfusionTable, averaging: Averaging): Omit<ClassMeasures, 'support'> {
  const { hits, total, actual, predicted } = marginsOf(table)
  if (averaging === 'micro') return { precision: hits / total, recall: hits / total, f1: hits / total }
  const seen = classMeasures(table).filter((_, k) => (actual[k] ?? 0) + (predicted[k] ?? 0) > 0)
  const weightOf = (support: number): number => (averaging === 'macro' ? 1 : support)
  const weights = seen.reduce((sum, { support }) => sum + weightOf(support), 0)
  const mean = (of: (measures: ClassMeasures) => number): number =>
    seen.reduce((sum, measures) => sum + weightOf(measures.support) * of(measures), 0) / weights
  return { precision: mean(({ precision }) => precision), recall: mean(({ recall }) => recall), f1: mean(({ f1 }) => f1) }
}

export function accuracy(table: ConfusionTable): number {
  const { hits, total } = marginsOf(table)
  return hits / total
}

/** Mean recall of the classes that have rows. */
export function balancedAccuracy(table: ConfusionTable): number {
  const present = classMeasures(table).filter(({ support }) => support > 0)
  return present.reduce((sum, { recall }) => sum + recall, 0) / present.length
}

/** Recall counts `beta` times as much as precision (van Rijsbergen 1979). */
export function fBeta(table: ConfusionTable, k: number, beta: number): number {
  const { actual, predicted } = marginsOf(table)
  const more = beta * beta
  return share((1 + more) * (table[k]?.[k] ?? 0), more * (actual[k] ?? 0) + (predicted[k] ?? 0))
}

/** Of the rows that are or were called `k`, those that are both. */
export function jaccard(table: ConfusionTable, k: number): number {
  const { actual, predicted } = marginsOf(table)
  const hit = table[k]?.[k] ?? 0
  return share(hit, (actual[k] ?? 0) + (predicted[k] ?? 0) - hit)
}

/** Correlation between true and predicted class (Matthews 1975; Gorodkin 2004 for many); 0 where either does not vary. */
export function matthews(table: ConfusionTable): number {
  const { hits, total, actual, predicted } = marginsOf(table)
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)
  const spread = (total * total - dot(actual, actual)) * (total * total - dot(predicted, predicted))
  return spread > 0 ? (hits * total - dot(actual, predicted)) / Math.sqrt(spread) : 0
}

/** Agreement beyond what the shares of the classes give by chance (Cohen 1960); NaN where chance agrees always. */
export function cohenKappa(table: ConfusionTable): number {
  const { hits, total, actual, predicted } = marginsOf(table)
  const chance = actual.reduce((sum, value, k) => sum + (value * (predicted[k] ?? 0)) / total, 0)
  return 1 - (total - hits) / (total - chance)
}

interface Margins {
  readonly hits: number
  readonly total: number
  readonly actual: readonly number[]
  readonly predicted: readonly number[]
}

function marginsOf(table: ConfusionTable): Margins {
  const actual = table.map((line) => line.reduce((sum, count) => sum + count, 0))
  return {
    hits: table.reduce((sum, line, k) => sum + (line[k] ?? 0), 0),
    total: actual.reduce((sum, count) => sum + count, 0),
    actual,
    predicted: table.map((_, k) => table.reduce((sum, line) => sum + (line[k] ?? 0), 0)),
  }
}

/** 0 of nothing is 0. */
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
