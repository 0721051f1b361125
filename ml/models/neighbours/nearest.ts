/**
 * The k nearest points met so far, in order. Of two at the same distance the earlier training row is nearer, so that every
 * way to search gives the same neighbours.
 */
import { at } from '../at.ts'
import type { Distance } from './distance.ts'

export interface Nearest {
  readonly k: number
  /** How many were found, at most k. */
  found: number
  /** Ascending; squares for the Euclidean distance. */
  readonly distances: Float64Array
  /** Training rows. */
  readonly rows: Uint32Array
}

export function nearestOf(k: number): Nearest {
  return { k, found: 0, distances: new Float64Array(k), rows: new Uint32Array(k) }
}

/** Nothing farther than this can be among the nearest. */
export function farthest({ found, k, distances }: Nearest): number {
  return found < k ? Number.POSITIVE_INFINITY : at(distances, k - 1)
}

export interface Offered {
  readonly query: number
  /** Points `from` to `to`. */
  readonly from: number
  readonly to: number
  /** Training row of each point; absent: its own number. */
  readonly rows?: Uint32Array
}

/** Keeps those of some points that are among the nearest of a query. */
export function offer(nearest: Nearest, distance: Distance, { query, from, to, rows }: Offered): void {
  for (let point = from; point < to; point++) {
    const limit = farthest(nearest)
    const away = distance(point, query, limit)
    if (away <= limit) keep(nearest, away, rows?.[point] ?? point)
  }
}

function keep(nearest: Nearest, distance: number, row: number): void {
  const { k, distances, rows } = nearest
  let place = nearest.found < k ? nearest.found++ : k
  while (place > 0 && isBefore(distance, row, { distance: at(distances, place - 1), row: rows[place - 1] ?? 0 })) {
    if (place < k) {
      distances[place] = at(distances, place - 1)
      rows[place] = rows[place - 1] ?? 0
    }
    place--
  }
  if (place === k) return
  distances[place] = distance
  rows[place] = row
}

const isBefore = (distance: number, row: number, other: { readonly distance: number; readonly row: number }): boolean =>
  distance < other.distance || (distance === other.distance && row < other.row)
