import { describe, expect, it } from 'vitest'
import type { InputColumn } from '../problem.ts'
import { cellsOf, encodedWidth, encodingOf, spreadRows } from './table-encoding.ts'

const number: InputColumn = { name: 'n', type: 'number' }
const category = (levels: number): InputColumn => ({ name: 'c', type: 'category', levels: Array.from({ length: levels }, String) })

/** The inputs of each row, encoded as the columns of `train` ask for. */
function inputsOf(columns: readonly InputColumn[], train: readonly Float64Array[], rows: readonly Float64Array[] = train) {
  const count = rows[0]?.length ?? 0
  const encoding = encodingOf({ columns, values: train, rows: train[0]?.length ?? 0 })
  const cells = cellsOf(encoding, rows, count)
  const width = encodedWidth(encoding)
  const into = new Float32Array(count * width).fill(9)
  spreadRows(encoding, { cells, rows: Uint32Array.from({ length: count }, (_, row) => row) }, into)
  return Array.from({ length: count }, (_, row) => [...into.slice(row * width, (row + 1) * width)])
}

describe('the inputs of a network', () => {
  it('are numbers with mean 0 and deviation 1, and a second one that says where the number is missing', () => {
    const inputs = inputsOf([number], [Float64Array.of(1, 3, Number.NaN)])
    expect(inputs).toEqual([
      [-1, 0],
      [1, 0],
      [0, 1],
    ])
    expect(inputsOf([number], [Float64Array.of(1, 3)])).toEqual([[-1], [1]])
  })

  it('are one of several for a category, one more where it is missing, and none for a level that training never saw', () => {
    expect(inputsOf([category(3)], [Float64Array.of(2, 0, 2, Number.NaN)])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ])
    expect(inputsOf([category(3)], [Float64Array.of(0, 2)], [Float64Array.of(1, -1, Number.NaN)])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ])
  })

  it('are at most 255 for the frequent levels of a category, and one that the others share', () => {
    const codes = Float64Array.from({ length: 900 }, (_, i) => (i < 600 ? i % 300 : i - 600))
    const inputs = inputsOf([category(300)], [codes], [Float64Array.of(0, 299, -1)])
    expect(inputs[0]).toHaveLength(256)
    expect(inputs[0]?.[0]).toBe(1)
    expect([inputs[1]?.[255], inputs[2]?.[255]]).toEqual([1, 1])
  })

  it('stay finite for constants, empty columns and numbers as large as there are', () => {
    expect(inputsOf([number], [Float64Array.of(7, 7)])).toEqual([[0], [0]])
    expect(inputsOf([number], [new Float64Array(2).fill(Number.NaN)])).toEqual([
      [0, 1],
      [0, 1],
    ])
    const [low, high] = inputsOf([number], [Float64Array.of(-1.7e308, 1.7e308)]).flat()
    expect([low, high]).toEqual([-1, 1])
    expect(inputsOf([number], [Float64Array.of(0, 1)], [Float64Array.of(1e12)])).toEqual([[10]])
  })
})
