/**
 * Finds the nearest training rows of many queries: through a k-d tree where few numbers tell points apart, else by comparing
 * all pairs, block by block so that points are read from the cache. Both find the same neighbours in the same order.
 */
import { type Distance, distanceOf } from './distance.ts'
import { type KdTree, kdTree, searchTree } from './kd-tree.ts'
import { type Nearest, nearestOf, offer } from './nearest.ts'
import { type Places, type Points, sizeOf } from './points.ts'

/** Calls `visit` with each query's neighbours; they are overwritten after it returns. */
export type Search = (queries: Places, count: number, visit: (query: number, nearest: Nearest) => void) => void

/** Beyond so many numbers a tree's boxes hardly leave a point out (scikit-learn draws the line here too). */
const mostForTree = 15
const fewestForTree = 64
const blockPoints = 512
const blockQueries = 16

export function searchOf(points: Points, rows: number, k: number): Search {
  const size = sizeOf(points.columns)
  const distanceFrom = (queries: Places, own: Places): Distance => distanceOf({ points: own, queries, size, metric: points.metric })
  if (size.numbers === 0 || size.numbers > mostForTree || rows < fewestForTree)
    return (queries, count, visit) => compareAll(distanceFrom(queries, points), { rows, count, k }, visit)
  const tree = kdTree(points, rows)
  return (queries, count, visit) => throughTree(tree, { queries, count, k, distance: distanceFrom(queries, tree) }, visit)
}

function compareAll(
  distance: Distance,
  { rows, count, k }: { readonly rows: number; readonly count: number; readonly k: number },
  visit: (query: number, nearest: Nearest) => void,
): void {
  const lists = Array.from({ length: Math.min(count, blockQueries) }, () => nearestOf(k))
  for (let first = 0; first < count; first += blockQueries) {
    const block = lists.slice(0, Math.min(blockQueries, count - first))
    for (const nearest of block) nearest.found = 0
    for (let from = 0; from < rows; from += blockPoints) {
      const to = Math.min(rows, from + blockPoints)
      for (const [i, nearest] of block.entries()) offer(nearest, distance, { query: first + i, from, to })
    }
    for (const [i, nearest] of block.entries()) visit(first + i, nearest)
  }
}

function throughTree(
  tree: KdTree,
  from: { readonly queries: Places; readonly count: number; readonly k: number; readonly distance: Distance },
  visit: (query: number, nearest: Nearest) => void,
): void {
  const nearest = nearestOf(from.k)
  for (let query = 0; query < from.count; query++) {
    nearest.found = 0
    searchTree(tree, { ...from, query, nearest })
    visit(query, nearest)
  }
}
