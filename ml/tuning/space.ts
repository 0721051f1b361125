/** The values a search may try: for each parameter a range, plain or by magnitude, or a list of choices. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { type Params, parseParams } from '../training/params.ts'

const range = z.strictObject({
  low: z.number().describe('Least value.'),
  high: z.number().describe('Greatest value.'),
  log: z.boolean().optional().describe('By magnitude: as often between 0.01 and 0.1 as between 0.1 and 1.'),
  int: z.boolean().optional().describe('Whole numbers only.'),
})

export const dimensionSchema = z.union([range, z.array(z.json()).min(1).max(1000).describe('Choices.')])
export type Dimension = z.infer<typeof dimensionSchema>
export type Range = z.infer<typeof range>
export type Space = Readonly<Record<string, Dimension>>

export const isRange = (dimension: Dimension): dimension is Range => !Array.isArray(dimension)

/** Throws `invalid_input` for ranges that are none and values that the algorithm would refuse. `fixed` is not searched. */
export function checkedSpace(algorithm: string, space: Space, fixed: Params): Space {
  if (Object.keys(space).length === 0)
    throw new Fault(
      'invalid_input',
      `There is nothing to search for ${algorithm}. Name parameters in space, such as {"alpha": {"low": 0.001, "high": 10, "log": true}}.`,
    )
  for (const [name, dimension] of Object.entries(space)) {
    if (name in fixed) throw new Fault('invalid_input', `Parameter '${name}' is both fixed in params and searched in space. Leave one out.`)
    if (isRange(dimension)) requireRange(name, dimension)
    const ends = isRange(dimension) ? [dimension.low, dimension.high] : dimension
    for (const value of ends) parseParams(algorithm, { ...fixed, [name]: value })
  }
  return space
}

function requireRange(name: string, { low, high, log = false, int = false }: Range): void {
  const wrong =
    low >= high
      ? `from ${low} to ${high} is empty; give low below high`
      : log && low <= 0
        ? `by magnitude starts at ${low}; give low above 0 or leave log out`
        : int && !(Number.isInteger(low) && Number.isInteger(high))
          ? `of whole numbers is from ${low} to ${high}; give whole numbers`
          : undefined
  if (wrong !== undefined) throw new Fault('invalid_input', `The range of '${name}' ${wrong}.`)
}

/** The value at `u`, 0 to 1, of the way from low to high. */
export function valueAt({ low, high, log = false, int = false }: Range, u: number): number {
  // A whole number owns the half around it on either side, so that the ends are drawn as often as the others.
  const [from, to] = int ? [low - 0.5, high + 0.5] : [low, high]
  const scaled = log
    ? Math.exp(Math.log(Math.max(from, low / 2)) + u * (Math.log(to) - Math.log(Math.max(from, low / 2))))
    : from + u * (to - from)
  const value = int ? Math.round(scaled) : scaled
  return Math.min(high, Math.max(low, value))
}

/** Where a value lies between low (0) and high (1). */
export function placeOf({ low, high, log = false, int = false }: Range, value: number): number {
  const [from, to] = int ? [low - 0.5, high + 0.5] : [low, high]
  const begin = log ? Math.max(from, low / 2) : from
  const place = log ? (Math.log(value) - Math.log(begin)) / (Math.log(to) - Math.log(begin)) : (value - from) / (to - from)
  return Math.min(1, Math.max(0, place))
}

/** Steps in which a grid walks through a range. */
const gridSteps = 5
const mostCells = 10_000

/** Every combination; a range gives five values. Throws `invalid_input` for more than 10,000. */
export function gridOf(space: Space): readonly Params[] {
  const axes = Object.entries(space).map(([name, dimension]) => [name, axisOf(dimension)] as const)
  const cells = axes.reduce((product, [, values]) => product * values.length, 1)
  if (cells > mostCells)
    throw new Fault(
      'invalid_input',
      `The grid has ${cells} combinations, more than ${mostCells}. Give fewer choices, or search: random or tpe.`,
    )
  return axes.reduce<readonly Params[]>(
    (grid, [name, values]) => grid.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value }))),
    [{}],
  )
}

function axisOf(dimension: Dimension): readonly unknown[] {
  if (!isRange(dimension)) return dimension
  const values = Array.from({ length: gridSteps }, (_, i) => valueAt({ ...dimension, int: false }, i / (gridSteps - 1)))
  return [...new Set(dimension.int ? values.map(Math.round) : values)]
}
