/**
 * How good a ranked list of items is against the items a user took, each relevant or not. One definition each, that of
 * RecBole, implicit and (ndcg, recall) trec_eval:
 *
 *   ndcg@k    sum over hits of 1 / log2(rank + 1), over that of a list with all hits first
 *   recall@k  hits / relevant items
 *   map@k     sum over hits of (hits so far / rank), over the most hits there could be: min(k, relevant items)
 */

export interface ItemRanking {
  readonly ndcg: number
  readonly recall: number
  readonly map: number
}

/** `ranked` from the best item down, without repetition; only the first `k` count. All 0 to 1; 0 when nothing is relevant. */
export function judgeRanking(ranked: ArrayLike<number>, relevant: ReadonlySet<number>, k: number): ItemRanking {
  let gain = 0
  let precisions = 0
  let hits = 0
  for (let i = 0; i < Math.min(k, ranked.length); i++) {
    if (!relevant.has(ranked[i] ?? -1)) continue
    hits++
    gain += 1 / Math.log2(i + 2)
    precisions += hits / (i + 1)
  }
  const most = Math.min(k, relevant.size)
  if (most === 0) return { ndcg: 0, recall: 0, map: 0 }
  let ideal = 0
  for (let i = 0; i < most; i++) ideal += 1 / Math.log2(i + 2)
  return { ndcg: gain / ideal, recall: hits / relevant.size, map: precisions / most }
}

/** The `count` best of `scores`, best first, the lower index first among equals; items where `skip` is 1 are passed over. */
export function topItems(scores: Float64Array, count: number, skip?: Uint8Array): Uint32Array {
  const best: number[] = []
  const score = (item: number | undefined): number => (item === undefined ? Number.NEGATIVE_INFINITY : (scores[item] ?? 0))
  for (let item = 0; item < scores.length; item++) {
    if (skip?.[item] === 1 || (best.length === count && score(item) <= score(best.at(-1)))) continue
    let place = best.length
    while (place > 0 && score(best[place - 1]) < score(item)) place--
    best.splice(place, 0, item)
    if (best.length > count) best.pop()
  }
  return Uint32Array.from(best)
}
