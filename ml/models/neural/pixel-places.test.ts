import { describe, expect, it } from 'vitest'
import { placePixels } from './pixel-places.ts'

const grid = (height: number, width: number, name: (row: number, column: number) => string): string[] =>
  Array.from({ length: height * width }, (_, i) => name(Math.floor(i / width), i % width))
const one = { channels: 1 }

describe('the places of pixels', () => {
  it('follow the order of the columns when the names carry no places', () => {
    expect(placePixels([...'abcd'], one)).toEqual({ height: 2, width: 2, channels: 1, places: Int32Array.of(0, 1, 2, 3) })
  })

  it('follow the names where pixels that never change are no columns', () => {
    const names = grid(8, 8, (row, column) => `pixel_${row}_${column}`)
    const places = placePixels(names.toSpliced(39, 1).slice(1), one)
    expect(places).toMatchObject({ height: 8, width: 8 })
    expect([...places.places.slice(0, 3), places.places.at(-1)]).toEqual([1, 2, 3, 63])
    expect(places.places).toHaveLength(62)
  })

  it('follow names in any order', () => {
    expect([...placePixels(['p_1_1', 'p_0_1', 'p_1_0', 'p_0_0'], one).places]).toEqual([3, 1, 2, 0])
  })

  it('follow running numbers, from 0 or from 1', () => {
    const fromZero = Array.from({ length: 784 }, (_, i) => `pixel${i}`)
    expect(placePixels(fromZero.slice(12, -4), one)).toMatchObject({ height: 28, width: 28, places: expect.objectContaining({ 0: 12 }) })
    const fromOne = Array.from({ length: 16 }, (_, i) => `x${i + 1}`)
    expect([...placePixels(fromOne, one).places]).toEqual([...Array(16).keys()])
  })

  it('follow rows and columns counted from 1 when the size says so', () => {
    const names = grid(2, 3, (row, column) => `${row + 1}x${column + 1}`)
    expect([...placePixels(names, { channels: 1, height: 2, width: 3 }).places]).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('know channels: three numbers per pixel', () => {
    expect(
      placePixels(
        Array.from({ length: 12 }, (_, i) => `c${'abcdefghijkl'[i]}`),
        { channels: 3 },
      ),
    ).toMatchObject({ height: 2, width: 2 })
    const names = grid(2, 2, (row, column) => `p_${row}_${column}`).flatMap((name) => [0, 1, 2].map((channel) => `${name}_${channel}`))
    expect([...placePixels(names, { channels: 3 }).places]).toEqual([...Array(12).keys()])
  })

  it.each([
    [['age', 'income', 'children'], one],
    [['age', 'x_1000', 'x_5'], one],
    [[...'abcdef'], { channels: 1, width: 4 }],
    [['p_0_0', 'p_0_0 ', 'p_0_1'], one],
    [['p_0_7', 'p_1_1'], { channels: 1, width: 2, height: 2 }],
  ])('refuse columns %j that are no image of size %j, and say what to do', (names, size) => {
    expect(() => placePixels(names, size)).toThrow(/not the pixels of .*Set params width, height and channels/)
  })
})
