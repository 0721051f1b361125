/**
 * Rows as points between which distances can be measured: numbers standardised, with the mean (0) in place of what is
 * missing, and categories as one-hot columns would count them: two rows of different categories are 2 apart (in squares for
 * the Euclidean distance), a row of a category that training never saw is 1 from every other.
 */
import { z } from 'zod'
import { at } from '../at.ts'
import { float64s, int32s } from '../numbers.ts'
import type { Inputs, Problem } from '../problem.ts'
import { scaleOf, spread } from '../spread.ts'

export const metrics = ['euclidean', 'manhattan'] as const
export type Metric = (typeof metrics)[number]

export const pointsSchema = z.strictObject({
  metric: z.enum(metrics).describe('How far apart two values of a number are: the square or the size of their difference'),
  columns: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({
          type: z.literal('number').describe('A number'),
          mean: z.number().describe('Mean in training, taken where the value is missing'),
          scale: z.number().gt(0).describe('Standard deviation in training'),
        }),
        z.strictObject({ type: z.literal('category').describe('A category'), levels: z.int().min(0).describe('How many there are') }),
      ]),
    )
    .describe('One per input column, in order'),
  coordinates: float64s.describe('Standardised numbers, point by point'),
  codes: int32s.describe('Categories, point by point; a missing one has a code of its own'),
})

export type Points = z.infer<typeof pointsSchema>
type PointColumn = Points['columns'][number]

/** How many numbers and how many categories a point has. */
export interface PointSize {
  readonly numbers: number
  readonly categories: number
}

export function sizeOf(columns: readonly PointColumn[]): PointSize {
  const numbers = columns.filter(({ type }) => type === 'number').length
  return { numbers, categories: columns.length - numbers }
}

/** The training rows as points. */
export function pointsOf(problem: Problem, metric: Metric): Points {
  const columns = problem.columns.map((column, i): PointColumn => {
    if (column.type === 'category') return { type: 'category', levels: column.levels.length }
    const found = spread(column.name, problem.values[i] ?? new Float64Array(problem.rows).fill(Number.NaN))
    return { type: 'number', mean: found.mean, scale: scaleOf(found) }
  })
  return { metric, columns, ...placesOf(columns, problem) }
}

export type Places = Pick<Points, 'coordinates' | 'codes'>

/** Where rows lie among points of these columns. An infinite or missing number lies at the mean. */
export function placesOf(columns: readonly PointColumn[], { rows, values }: Pick<Inputs, 'rows' | 'values'>): Places {
  const size = sizeOf(columns)
  const coordinates = new Float64Array(rows * size.numbers)
  const codes = new Int32Array(rows * size.categories)
  let number = 0
  let category = 0
  for (const [i, column] of columns.entries()) {
    const from = values[i] ?? new Float64Array(rows).fill(Number.NaN)
    if (column.type === 'number') placeNumbers(column, from, { into: coordinates, start: number++, step: size.numbers })
    else placeCodes(column, from, { into: codes, start: category++, step: size.categories })
  }
  return { coordinates, codes }
}

interface Placing<A> {
  readonly into: A
  readonly start: number
  readonly step: number
}

function placeNumbers(
  column: PointColumn & { readonly type: 'number' },
  from: Float64Array,
  { into, start, step }: Placing<Float64Array>,
): void {
  for (let row = 0; row < from.length; row++) {
    const place = (at(from, row) - column.mean) / column.scale
    into[start + row * step] = Number.isFinite(place) ? place : 0
  }
}

function placeCodes(
  { levels }: PointColumn & { readonly type: 'category' },
  from: Float64Array,
  { into, start, step }: Placing<Int32Array>,
): void {
  for (let row = 0; row < from.length; row++) {
    const code = at(from, row)
    into[start + row * step] = Number.isNaN(code) ? levels : code
  }
}
