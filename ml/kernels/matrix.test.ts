import { describe, expect, it } from 'vitest'
import { seededRandom } from '../evaluation/seeded-random.ts'
import { createMatrices, type Matrices } from './matrix.ts'

/** Runs the same calls on kernel and twin and gives both results. */
function both(work: (matrices: Matrices, random: (length: number) => Float32Array) => readonly Float32Array[]) {
  const [kernel, twin] = (['webassembly', 'javascript'] as const).map((code) => {
    const matrices = createMatrices(code)
    const random = seededRandom(3)
    const filled = (length: number): Float32Array => {
      const values = matrices.floats(length)
      for (let i = 0; i < length; i++) values[i] = 4 * random() - 2
      return values
    }
    return work(matrices, filled).map((values) => [...values])
  })
  return { kernel, twin }
}

const sizes = [
  [1, 1, 1],
  [3, 5, 2],
  [4, 8, 8],
  [9, 17, 13],
  [70, 64, 33],
] as const

describe('the matrix kernel and its JavaScript twin', () => {
  it.each(sizes)('multiply %i x %i x %i matrices, and take the gradient, to equal bits', (rows, inputs, outputs) => {
    const shape = { rows, inputs, outputs }
    const { kernel, twin } = both((matrices, random) => {
      const [x, w, y, dw] = [random(rows * inputs), random(inputs * outputs), random(rows * outputs), random(inputs * outputs)]
      matrices.dense(shape, { x, w, y })
      matrices.denseGradient(shape, { x, dy: y, dw })
      const across = matrices.floats(inputs * outputs)
      matrices.transpose([inputs, outputs], dw, across)
      return [y, dw, across]
    })
    expect(kernel).toEqual(twin)
  })

  it.each([
    [1, 1, 1, 1],
    [4, 7, 3, 5],
    [8, 8, 4, 12],
  ])('convolve and pool %i x %i images of %i channels with %i filters to equal bits', (height, width, channels, filters) => {
    const shape = { images: 3, height, width, channels, filters }
    const { kernel, twin } = both((matrices, random) => {
      const x = random(3 * height * width * channels)
      const padded = matrices.floats(3 * (height + 2) * (width + 2) * channels)
      const [w, dw] = [random(9 * channels * filters), random(9 * channels * filters)]
      const y = random(3 * height * width * filters)
      matrices.pad(shape, { x, padded })
      matrices.convolve(shape, { padded, w, y })
      matrices.convolveGradient(shape, { padded, dy: y, dw })
      const images = { ...shape, channels: filters }
      const pooled = matrices.floats(3 * Math.ceil(height / 2) * Math.ceil(width / 2) * filters)
      matrices.maxPool(images, { x: y, y: pooled })
      const dx = random(y.length)
      matrices.maxPoolGradient(images, { x: y, y: pooled, dy: pooled, dx })
      return [padded, y, dw, pooled, dx]
    })
    expect(kernel).toEqual(twin)
  })

  it.each([1, 4, 11])('work on rows of %i columns to equal bits', (columns) => {
    const { kernel, twin } = both((matrices, random) => {
      const [x, y, z] = [random(7 * columns), random(7 * columns), random(7 * columns)]
      const [mean, scale, sums, squares, products] = [random(columns), random(columns), random(columns), random(columns), random(columns)]
      matrices.sumRows(7, x, sums)
      matrices.sumProducts(7, { x, mean, sums: squares })
      matrices.sumProducts(7, { x, mean, z, sums: products })
      matrices.scaleRows(7, { x, scale, shift: mean, y })
      matrices.addScaledRows(7, { x, scale, y })
      matrices.multiply(x.length, { x: y, z, y })
      matrices.rectify(x.length, { x, gate: z, y: z })
      matrices.fillRows(6, scale, x)
      return [x, y, z, sums, squares, products]
    })
    expect(kernel).toEqual(twin)
  })

  it('step by Adam to equal bits', () => {
    const { kernel, twin } = both((matrices, random) => {
      const [w, g, m, v] = [random(23), random(23), random(23), matrices.floats(23)]
      for (let step = 0; step < 5; step++)
        matrices.adam({ w, g, m, v }, { rate: 0.01, decay: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
      return [w, m, v]
    })
    expect(kernel).toEqual(twin)
  })
})

describe.each(['webassembly', 'javascript'] as const)('matrices (%s)', (code) => {
  const matrices = createMatrices(code)
  const of = (...values: readonly number[]): Float32Array => {
    const array = matrices.floats(values.length)
    array.set(values)
    return array
  }

  it('multiply as a textbook does', () => {
    const y = of(1, 0, 0, 0)
    matrices.dense({ rows: 2, inputs: 3, outputs: 2 }, { x: of(1, 2, 3, 4, 5, 6), w: of(7, 8, 9, 10, 11, 12), y })
    expect([...y]).toEqual([59, 64, 139, 154])
  })

  it('convolve as a textbook does: the sum of each pixel and its neighbours', () => {
    const padded = matrices.floats(16)
    const y = of(0, 0, 0, 0)
    const shape = { images: 1, height: 2, width: 2, channels: 1, filters: 1 }
    matrices.pad(shape, { x: of(1, 2, 3, 4), padded })
    matrices.convolve(shape, { padded, w: of(0, 0, 0, 1, 1, 1, 0, 0, 0), y })
    expect([...y]).toEqual([3, 3, 7, 7])
  })

  it('keep the largest of each window, also at an odd edge', () => {
    const y = of(0, 0, 0, 0)
    matrices.maxPool({ images: 1, height: 3, width: 3, channels: 1 }, { x: of(1, 5, 2, 3, 4, 9, 8, 7, 6), y })
    expect([...y]).toEqual([5, 9, 8, 6])
  })

  it('keep what was handed out when the memory grows', () => {
    const first = of(1, 2, 3)
    const large = matrices.floats(1_000_000)
    large.fill(7)
    matrices.multiply(3, { x: first, z: large, y: first })
    expect([...first]).toEqual([7, 14, 21])
  })
})
