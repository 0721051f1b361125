/** What every clustering is judged by on rows it has not seen: how its clusters hold together and keep apart. */
import { calinskiHarabasz, daviesBouldin, silhouette } from '../../evaluation/clustering.ts'
import type { Points } from '../points/encoding.ts'

/** `labels` below 0 are noise and left out. A measure that these rows cannot define is left out too. */
export function clusterQuality(points: Points, labels: Int32Array): Record<string, number> {
  const clustered = withoutNoise(points, labels)
  const all = {
    silhouette: silhouette(clustered),
    calinski_harabasz: calinskiHarabasz(clustered),
    davies_bouldin: daviesBouldin(clustered),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => Number.isFinite(value)))
}

function withoutNoise({ width, values }: Points, labels: Int32Array): { width: number; values: Float64Array; labels: Int32Array } {
  if (labels.every((label) => label >= 0)) return { width, values, labels }
  const rows = Uint32Array.from(labels.keys()).filter((row) => (labels[row] ?? -1) >= 0)
  const kept = new Float64Array(rows.length * width)
  for (const [i, row] of rows.entries()) kept.set(values.subarray(row * width, (row + 1) * width), i * width)
  return { width, values: kept, labels: Int32Array.from(rows, (row) => labels[row] ?? 0) }
}
