/** Places for the histograms of leaves. Where there are fewer than leaves, the leaf that is least likely to be split goes without. */
import type { Field } from './field.ts'

export interface HoldsHistogram {
  /** Byte offset, or -1. */
  histogram: number
  readonly split: { readonly gain: number } | null
}

export interface HistogramPool {
  /** A free place; takes one from the least promising of `leaves` where none is left. */
  take(leaves: readonly HoldsHistogram[]): number
  /** Frees the leaf's place. */
  free(leaf: HoldsHistogram): void
}

export function histogramPool({ layout, histogramSize }: Pick<Field, 'layout' | 'histogramSize'>): HistogramPool {
  const count = Math.min(layout.leaves, Math.floor(layout.histogramBytes / histogramSize))
  const places = Array.from({ length: Math.max(2, count) }, (_, i) => layout.histograms + i * histogramSize)
  const free = (leaf: HoldsHistogram): void => {
    if (leaf.histogram >= 0) places.push(leaf.histogram)
    leaf.histogram = -1
  }
  return {
    free,
    take: (leaves) => {
      const place = places.pop()
      if (place !== undefined) return place
      const [least] = leaves.filter(({ histogram }) => histogram >= 0).sort((a, b) => (a.split?.gain ?? 0) - (b.split?.gain ?? 0))
      if (least === undefined) throw new RangeError('There is no place for a histogram.')
      free(least)
      return places.pop() ?? -1
    },
  }
}
