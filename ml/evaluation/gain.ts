/**
 * Discounted cumulative gain: what a list is worth to someone who reads it from the top (Järvelin & Kekäläinen 2002), with
 * linear gain and items of equal score sharing their places, as scikit-learn counts it.
 */
import { fallingOrder } from './ranking.ts'

/** Sum of relevance / log2(place + 1) over the first `k` places. */
export function dcg(relevance: Float64Array, scores: Float64Array, k = relevance.length): number {
  const order = fallingOrder(scores)
  let sum = 0
  for (let from = 0, to = 0; from < order.length; from = to) {
    let gain = 0
    let worth = 0
    for (to = from; to < order.length && scores[order[to] ?? 0] === scores[order[from] ?? 0]; to++) {
      gain += relevance[order[to] ?? 0] ?? 0
      if (to < k) worth += 1 / Math.log2(to + 2)
    }
    if (to === from) return Number.NaN
    sum += (gain / (to - from)) * worth
  }
  return sum
}

/** Share of the gain that the best order would give, 0 to 1; 0 where nothing is relevant. */
export function ndcg(relevance: Float64Array, scores: Float64Array, k = relevance.length): number {
  const best = dcg(relevance, relevance, k)
  return best === 0 ? 0 : dcg(relevance, scores, k) / best
}
