import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../evaluation/seeded-random.ts'
import { distanceOf } from './distance.ts'
import { kdTree, searchTree } from './kd-tree.ts'
import { nearestOf, offer } from './nearest.ts'
import { type Metric, type Points, sizeOf } from './points.ts'
import { searchOf } from './search.ts'

/** Numbers rounded so that many distances tie. */
function points(rows: number, { numbers, categories, metric }: { numbers: number; categories: number; metric: Metric }): Points {
  const random = seededRandom(numbers + 17 * categories)
  return {
    metric,
    columns: [
      ...Array.from({ length: numbers }, () => ({ type: 'number' as const, mean: 0, scale: 1 })),
      ...Array.from({ length: categories }, () => ({ type: 'category' as const, levels: 3 })),
    ],
    coordinates: Float64Array.from({ length: rows * numbers }, () => Math.round(6 * random()) / 2),
    codes: Int32Array.from({ length: rows * categories }, () => Math.floor(3 * random())),
  }
}

type Neighbours = readonly (readonly [number, number])[]

describe('a search for neighbours', () => {
  it.each([
    { numbers: 1, categories: 0, metric: 'euclidean' },
    { numbers: 3, categories: 0, metric: 'euclidean' },
    { numbers: 3, categories: 2, metric: 'manhattan' },
    { numbers: 20, categories: 1, metric: 'euclidean' },
    { numbers: 0, categories: 4, metric: 'manhattan' },
  ] as const)('finds what sorting all rows finds, ties by row: %o', (shape) => {
    const all = points(500, shape)
    const own = points(40, shape)
    const distance = distanceOf({ points: all, queries: own, size: sizeOf(all.columns), metric: shape.metric })
    searchOf(all, 500, 7)(own, 40, (query, nearest) => {
      const sorted = Array.from({ length: 500 }, (_, row) => [distance(row, query, Number.POSITIVE_INFINITY), row] as const)
        .toSorted(([a, i], [b, j]) => a - b || i - j)
        .slice(0, 7)
      const found: Neighbours = Array.from(nearest.rows, (row, i) => [nearest.distances[i] ?? Number.NaN, row])
      expect(found).toEqual(sorted)
    })
  })

  it('through a tree of equal points still ends and gives the first rows', () => {
    const all: Points = {
      metric: 'euclidean',
      columns: [{ type: 'number', mean: 0, scale: 1 }],
      coordinates: new Float64Array(300),
      codes: new Int32Array(0),
    }
    const tree = kdTree(all, 300)
    const nearest = nearestOf(3)
    const query = { coordinates: Float64Array.of(1), codes: new Int32Array(0) }
    const distance = distanceOf({ points: tree, queries: query, size: sizeOf(all.columns), metric: 'euclidean' })
    searchTree(tree, { queries: query, query: 0, distance, nearest })
    expect([...nearest.rows]).toEqual([0, 1, 2])
  })

  it('gives all points where fewer than k exist', () => {
    const nearest = nearestOf(5)
    offer(nearest, (point) => point, { query: 0, from: 0, to: 2 })
    expect(nearest.found).toBe(2)
    expect([...nearest.rows.slice(0, 2)]).toEqual([0, 1])
  })
})
