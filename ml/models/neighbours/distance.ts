/** Distances between points and queries, given up as soon as they exceed what could still matter. */
import { at } from '../at.ts'
import type { Metric, Places, PointSize } from './points.ts'

/**
 * The distance of a point from a query, or Infinity once it exceeds `limit`. Squares for the Euclidean metric: their order
 * is the same.
 */
export type Distance = (point: number, query: number, limit: number) => number

export interface Ends {
  readonly points: Places
  readonly queries: Places
  readonly size: PointSize
  readonly metric: Metric
}

export function distanceOf(ends: Ends): Distance {
  const numbers = ends.metric === 'euclidean' ? squaresOf(ends) : sizesOf(ends)
  if (ends.size.categories === 0) return numbers
  const others = mismatchesOf(ends)
  return (point, query, limit) => {
    const near = numbers(point, query, limit)
    return near > limit ? near : near + others(point, query)
  }
}

function squaresOf({ points, queries, size: { numbers } }: Ends): Distance {
  const theirs = points.coordinates
  const ours = queries.coordinates
  return (point, query, limit) => {
    const start = point * numbers
    const from = query * numbers
    let sum = 0
    for (let i = 0; i < numbers; i++) {
      const away = at(theirs, start + i) - at(ours, from + i)
      sum += away * away
      if (sum > limit) return Number.POSITIVE_INFINITY
    }
    return sum
  }
}

function sizesOf({ points, queries, size: { numbers } }: Ends): Distance {
  const theirs = points.coordinates
  const ours = queries.coordinates
  return (point, query, limit) => {
    const start = point * numbers
    const from = query * numbers
    let sum = 0
    for (let i = 0; i < numbers; i++) {
      sum += Math.abs(at(theirs, start + i) - at(ours, from + i))
      if (sum > limit) return Number.POSITIVE_INFINITY
    }
    return sum
  }
}

function mismatchesOf({ points, queries, size: { categories } }: Ends): (point: number, query: number) => number {
  const theirs = points.codes
  const ours = queries.codes
  return (point, query) => {
    const start = point * categories
    const from = query * categories
    let sum = 0
    for (let i = 0; i < categories; i++) {
      const code = ours[from + i] ?? -1
      if (code !== theirs[start + i]) sum += code < 0 ? 1 : 2
    }
    return sum
  }
}
