/** The best of many scored chunks, without sorting all of them. */
import type { ScoredChunks } from './bm25.ts'

/** A chunk and its score in one leg. */
export interface Scored {
  readonly document: number
  readonly ordinal: number
  readonly score: number
}

/** The first chunks by score (highest), document (highest) and ordinal (lowest), best first. */
export function bestChunks(scored: ScoredChunks, places: Uint32Array, count: number): readonly Scored[] {
  const { documents, ordinals, scores } = scored
  const worse = (left: number, right: number): boolean => {
    const difference = (scores[left] ?? 0) - (scores[right] ?? 0) || (documents[left] ?? 0) - (documents[right] ?? 0)
    return difference === 0 ? (ordinals[left] ?? 0) > (ordinals[right] ?? 0) : difference < 0
  }
  const kept = keepBest(places, Math.min(count, places.length), worse)
  return Array.from(
    kept.sort((left, right) => (worse(left, right) ? 1 : -1)),
    (place) => ({
      document: documents[place] ?? 0,
      ordinal: ordinals[place] ?? 0,
      score: scores[place] ?? 0,
    }),
  )
}

type Worse = (left: number, right: number) => boolean

/** A heap with the worst of the best on top: most places are turned away by one comparison. */
function keepBest(places: Uint32Array, count: number, worse: Worse): Uint32Array {
  const heap = places.slice(0, count)
  for (let at = (count >> 1) - 1; at >= 0; at--) sink(heap, at, worse)
  if (count === 0) return heap
  for (let at = count; at < places.length; at++) {
    const place = places[at] ?? 0
    if (!worse(heap[0] ?? 0, place)) continue
    heap[0] = place
    sink(heap, 0, worse)
  }
  return heap
}

/** Moves the place at `from` down until nothing below is worse. */
function sink(heap: Uint32Array, from: number, worse: Worse): void {
  const sinking = heap[from] ?? 0
  let at = from
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && worse(heap[child + 1] ?? 0, heap[child] ?? 0)) child++
    if (!worse(heap[child] ?? 0, sinking)) break
    heap[at] = heap[child] ?? 0
    at = child
  }
  heap[at] = sinking
}

/** Every chunk. */
export const allPlaces = ({ size }: ScoredChunks): Uint32Array => Uint32Array.from({ length: size }, (_, place) => place)

/** The best chunk of each document; the earlier one of two alike. */
export function placesByDocument({ size, documents, ordinals, scores }: ScoredChunks): Uint32Array {
  const best = new Map<number, number>()
  for (let place = 0; place < size; place++) {
    const document = documents[place] ?? 0
    const rival = best.get(document)
    if (rival === undefined) best.set(document, place)
    else {
      const lead = (scores[place] ?? 0) - (scores[rival] ?? 0)
      if (lead > 0 || (lead === 0 && (ordinals[place] ?? 0) < (ordinals[rival] ?? 0))) best.set(document, place)
    }
  }
  return Uint32Array.from(best.values())
}
