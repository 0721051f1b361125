import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { cnn } from './cnn.ts'
import { decodeValue, encodeValue } from './model-bytes.ts'
import { outputs, type Problem } from './problem.ts'

const control = { seed: 0, progress: () => undefined }
const shapes = [
  ['.....', '.###.', '.#.#.', '.###.', '.....'],
  ['..#..', '..#..', '#####', '..#..', '..#..'],
  ['#....', '.#...', '..#..', '...#.', '....#'],
]

/** Rings, crosses and diagonals of 5 x 5 pixels somewhere in 8 x 8, under noise. The first pixel never changes, so it is no column. */
function drawings(rows: number, seed: number, kinds = shapes.length): Problem {
  const random = seededRandom(seed)
  const target = Float64Array.from({ length: rows }, (_, i) => i % kinds)
  const images = Array.from(target, (kind) => {
    const [down, right] = [Math.floor(4 * random()), Math.floor(4 * random())]
    return Float64Array.from({ length: 64 }, (_, i) => {
      const inked = shapes[kind]?.[Math.floor(i / 8) - down]?.[(i % 8) - right] === '#'
      return Math.round((inked ? 12 : 2) + 4 * (random() - 0.5))
    })
  })
  const places = Array.from({ length: 63 }, (_, i) => i + 1)
  return {
    rows,
    columns: places.map((place) => ({ name: `pixel_${Math.floor(place / 8)}_${place % 8}`, type: 'number' })),
    values: places.map((place) => Float64Array.from(images, (image) => image[place] ?? 0)),
    task: kinds === 2 ? 'binary' : 'multiclass',
    classes: kinds,
    target,
  }
}

const quick = { filters: [4, 8], max_epochs: 12, batch_size: 16, learning_rate: 0.01 }

function accuracy(fitted: unknown, test: Problem): number {
  const width = outputs(test)
  const scores = new Float64Array(test.rows * width)
  cnn.batchScorer(fitted, test)(test.values, test.rows, scores)
  const right = [...test.target].filter((y, row) => {
    const own = [...scores.slice(row * width, (row + 1) * width)]
    return own.indexOf(Math.max(...own)) === y
  })
  return right.length / test.rows
}

describe('the convolutional network', () => {
  it.each([2, 3])('tells %i shapes apart wherever they stand', (kinds) => {
    const fitted = decodeValue(encodeValue(cnn.fit(drawings(240, 1, kinds), quick, control)))
    expect(accuracy(fitted, drawings(120, 2, kinds))).toBeGreaterThan(0.95)
  })

  it('scores an image alone as in a table, to the bit, and bears missing pixels', () => {
    const problem = drawings(60, 3)
    const fitted = cnn.fit(problem, { ...quick, max_epochs: 2 }, control)
    const all = new Float64Array(180)
    cnn.batchScorer(fitted, problem)(problem.values, 60, all)
    const scorer = cnn.scorer(fitted, problem)
    const one = new Float64Array(3)
    scorer(
      Float64Array.from(problem.values, (column) => column[31] ?? 0),
      one,
    )
    expect([...one]).toEqual([...all.slice(93, 96)])
    scorer(new Float64Array(63).fill(Number.NaN), one)
    expect(one.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12)
  })

  it('gives the same bytes for the same seed, whole and from a checkpoint', () => {
    const problem = drawings(60, 4)
    const bytes = (checkpoint?: { restored?: unknown; save: (state: () => unknown) => void }) =>
      Buffer.from(
        encodeValue(
          cnn.fit(problem, { ...quick, max_epochs: 4, validation_fraction: 0.2 }, { ...control, ...(checkpoint && { checkpoint }) }),
        ),
      )
    const states: unknown[] = []
    const whole = bytes({ save: (state) => states.push(structuredClone(state())) })
    expect(states).toHaveLength(4)
    expect(bytes().equals(whole)).toBe(true)
    for (const restored of states) expect(bytes({ restored, save: () => undefined }).equals(whole)).toBe(true)
  })

  it('reads images of three channels that are not square', () => {
    const random = seededRandom(5)
    const rows = 80
    const target = Float64Array.from({ length: rows }, (_, i) => i % 2)
    /** The second class is bright in the second channel. */
    const values = Array.from({ length: 36 }, (_, place) => Float64Array.from(target, (kind) => (place % 3 === 1 ? kind : 0) + random()))
    const columns = values.map((_, i) => ({ name: `value ${'abc'[i % 3]}`, type: 'number' }) as const)
    const problem = { rows, columns, values, task: 'binary', classes: 2, target } as const
    const fitted = cnn.fit(problem, { ...quick, width: 4, height: 3, channels: 3 }, control)
    expect(accuracy(fitted, problem)).toBeGreaterThan(0.95)
  })

  it('refuses columns that are no pixels, and weights that are not of its layers', () => {
    const problem = drawings(30, 6)
    const columns = problem.columns.slice(0, 50).map((_, i) => ({ name: 'abcdefghij'.charAt(i % 10), type: 'number' }) as const)
    expect(() => cnn.fit({ ...problem, columns, values: problem.values.slice(0, 50) }, {}, control)).toThrow(
      /not the pixels of a square image/,
    )
    const fitted = cnn.fit(problem, { ...quick, max_epochs: 1 }, control)
    if (typeof fitted !== 'object') throw new Error('a network')
    expect(() => cnn.scorer({ ...fitted, weights: new Float32Array(1) }, problem)).toThrow(/not of these layers/)
    expect(() => cnn.scorer(fitted, { ...problem, columns: [] })).toThrow(/not the columns/)
  })
})
