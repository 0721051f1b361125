/** The table of the forest benchmark as one matrix for both sides: numbers as they are, a column of 0 and 1 per category. */
import { readCsvFrame } from '../../ml/data/csv-frame.ts'
import type { Column, Frame } from '../../ml/data/frame.ts'
import { seededRandom } from '../../ml/evaluation/seeded-random.ts'
import type { Problem } from '../../ml/models/problem.ts'

/** A delimited file with a target of two values. */
export async function readOneHot(path: string, target: string): Promise<Problem> {
  const frame = await readCsvFrame(path)
  const answers = frame.columns.find(({ name }) => name === target)
  if (answers === undefined)
    throw new Error(`${path} has no column '${target}'; it has ${frame.columns.map(({ name }) => name).join(', ')}.`)
  const values = answers.type === 'number' ? answers.values : Float64Array.from(answers.codes)
  return oneHot({ ...frame, columns: frame.columns.filter((column) => column !== answers) }, values)
}

/** Levels of each category of the census table that this stands in for. */
const levels = [8, 16, 7, 14, 6, 5, 2, 41]

/** A table of the census table's shape: six numbers, one of them different in every row, and eight categories. */
export function generatedOneHot(rows: number): Problem {
  const random = seededRandom(1)
  const number = (draw: (row: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, row) => draw(row))
  const numbers = [
    number(() => 17 + Math.floor(73 * random() ** 1.5)),
    number(() => Math.floor(1e6 * random())),
    number(() => 1 + Math.floor(16 * Math.sqrt(random()))),
    number(() => (random() < 0.92 ? 0 : Math.floor(120 * random()) * 100)),
    number(() => (random() < 0.95 ? 0 : Math.floor(90 * random()) * 10)),
    number(() => (random() < 0.5 ? 40 : Math.floor(99 * random()))),
  ]
  /** Early levels are frequent. */
  const codes = levels.map((count) => Int32Array.from({ length: rows }, () => Math.floor(count * random() ** 3)))
  const [age, , education, gain] = numbers
  const target = number((row) => {
    const score =
      0.05 * Math.min(30, (age?.[row] ?? 0) - 17) +
      0.25 * ((education?.[row] ?? 0) - 10) +
      0.001 * (gain?.[row] ?? 0) -
      0.4 * ((codes[2]?.[row] ?? 0) % 3)
    return score + 4 * (random() - 0.5) > 2 ? 1 : 0
  })
  const columns: Column[] = [
    ...numbers.map((values, i) => ({ name: `number${i}`, type: 'number' as const, values })),
    ...codes.map((each, i) => ({ name: `category${i}`, type: 'category' as const, codes: each, levels: namesOf(levels[i] ?? 1) })),
  ]
  return oneHot({ rows, columns }, target)
}

const namesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, level) => `level${level}`)

/** What is missing in a category is 0 in all of its columns. */
function oneHot({ rows, columns }: Frame, target: Float64Array): Problem {
  const matrix = columns.flatMap((column) =>
    column.type === 'number'
      ? [{ name: column.name, values: column.values }]
      : column.levels.map((level, code) => ({
          name: `${column.name}=${level}`,
          values: Float64Array.from(column.codes, (each) => (each === code ? 1 : 0)),
        })),
  )
  return {
    rows,
    columns: matrix.map(({ name }) => ({ name, type: 'number' })),
    values: matrix.map(({ values }) => values),
    task: 'binary',
    classes: 2,
    target,
  }
}
