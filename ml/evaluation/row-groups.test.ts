import { describe, expect, it } from 'vitest'
import { numberColumn, textColumn } from '../training/testing.ts'
import { groupsOf, intersectionOf } from './row-groups.ts'

const all = (rows: number): Uint32Array => Uint32Array.from({ length: rows }, (_, row) => row)

describe('groups of rows', () => {
  it('are the values of a column, missing ones a group of their own', () => {
    expect(groupsOf(textColumn('sex', ['m', 'f', null, 'm']), all(4))).toEqual({
      of: Int32Array.of(1, 0, 2, 1),
      names: ['f', 'm', '(missing)'],
    })
    expect(groupsOf(numberColumn('children', [2, 0, 10, null]), all(4))).toEqual({
      of: Int32Array.of(1, 0, 2, 3),
      names: ['0', '2', '10', '(missing)'],
    })
  })

  it('name only what the rows asked for have', () => {
    expect(groupsOf(textColumn('sex', ['m', 'f', 'x', 'm']), Uint32Array.of(0, 3))).toEqual({ of: Int32Array.of(0, 0), names: ['m'] })
  })

  it('of many numbers are quarters', () => {
    const { of, names } = groupsOf(
      numberColumn(
        'age',
        [...Array(100).keys()].map((i) => 20 + ((i * 37) % 100)),
      ),
      all(100),
    )
    expect(names).toEqual(['below 45', '45 to below 70', '70 to below 95', '95 and more'])
    expect(names.map((_, g) => of.filter((group) => group === g).length)).toEqual([25, 25, 25, 25])
  })

  it('cross to the combinations that occur', () => {
    const sex = groupsOf(textColumn('sex', ['f', 'm', 'f', 'm']), all(4))
    const old = groupsOf(numberColumn('old', [1, 0, 0, 0]), all(4))
    expect(intersectionOf([sex, old])).toEqual({ of: Int32Array.of(1, 2, 0, 2), names: ['f, 0', 'f, 1', 'm, 0'] })
    expect(intersectionOf([sex])).toBe(sex)
  })
})
