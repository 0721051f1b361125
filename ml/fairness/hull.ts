/** The upper convex hull of some points: what mixing two thresholds at random can reach, seen as a line over x. */

export interface HullPoint {
  readonly x: number
  readonly y: number
  /** Lowest score called positive; null calls nothing positive. */
  readonly threshold: number | null
}

/** Corners by rising x; of points with the same x the highest. Empty for no points. */
export function upperHull(points: readonly HullPoint[]): readonly HullPoint[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y)
  const hull: HullPoint[] = []
  for (const point of sorted) {
    if (hull.at(-1)?.x === point.x) hull.pop()
    while (hull.length >= 2 && !turnsRight(hull.at(-2), hull.at(-1), point)) hull.pop()
    hull.push(point)
  }
  return hull
}

/** Where x falls on the hull: between which corners, and the share of the right one. */
export interface HullPlace {
  readonly left: HullPoint
  readonly right: HullPoint
  /** 0 at the left corner, 1 at the right one. */
  readonly share: number
  readonly y: number
}

/** x must lie within the hull; outside, its nearest end answers. */
export function placeOn(hull: readonly HullPoint[], x: number): HullPlace {
  const at = hull.findIndex((point) => point.x >= x)
  const right = hull[at < 0 ? hull.length - 1 : at] ?? { x: 0, y: 0, threshold: null }
  const left = at <= 0 ? right : (hull[at - 1] ?? right)
  const share = left.x === right.x ? 1 : Math.min(1, (x - left.x) / (right.x - left.x))
  return { left, right, share, y: left.y + share * (right.y - left.y) }
}

function turnsRight(a: HullPoint | undefined, b: HullPoint | undefined, c: HullPoint): boolean {
  if (a === undefined || b === undefined) return true
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x) < 0
}
