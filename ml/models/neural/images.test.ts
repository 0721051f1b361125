import { describe, expect, it } from 'vitest'
import { copyShifted, imageEncodingOf, imagesOf } from './images.ts'

const number = (name: string) => ({ name, type: 'number' }) as const

describe('images', () => {
  const problem = {
    rows: 2,
    columns: [number('p_0_1'), number('p_1_0'), number('p_1_1')],
    values: [Float64Array.of(0, 4), Float64Array.of(2, Number.NaN), Float64Array.of(1, 1)],
  }
  const encoding = imageEncodingOf(problem, { channels: 1 })

  it('are standardised over all pixels; one without a column is the mean, a missing one the mean of its column', () => {
    expect(encoding).toMatchObject({ height: 2, width: 2, mean: 5 / 3 })
    const images = imagesOf(encoding, problem.values, 2)
    expect(images[0]).toBe(0)
    expect(images[6]).toBeCloseTo((2 - 5 / 3) / encoding.scale, 6)
    expect(images[7]).toBe(images[3])
  })

  it('move by whole pixels and repeat their edge', () => {
    const into = new Float32Array(9)
    const image = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)
    copyShifted({ height: 3, width: 3, channels: 1 }, image, { into, down: 1, right: 0 })
    expect([...into]).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6])
    copyShifted({ height: 3, width: 3, channels: 1 }, image, { into, down: 0, right: -1 })
    expect([...into]).toEqual([2, 3, 3, 5, 6, 6, 8, 9, 9])
  })

  it('hold no text', () => {
    const columns = [...problem.columns.slice(1), { name: 'colour', type: 'category', levels: ['red'] } as const]
    expect(() => imageEncodingOf({ ...problem, columns }, { channels: 1 })).toThrow("Column 'colour' holds text")
  })
})
