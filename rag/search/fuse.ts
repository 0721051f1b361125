/**
 * Joins the two legs by a convex sum of normalised scores (Bruch et al. 2023). Reciprocal ranks at equal weights were
 * measured to harm when one leg is weak, so each embedder says how far it is trusted.
 */
import type { Scored } from './keyword.ts'

/** The vector leg's share, by embedder. */
const shares: Readonly<Record<string, number>> = { subword: 0.15 }
const shareOfOthers = 0.3

export const vectorShare = (embedder: string): number => shares[embedder] ?? shareOfOthers

export interface FuseOptions<C extends Scored> {
  /** Weight of the vector leg, 0 to 1. */
  readonly share: number
  /** What one result is: candidates with the same key are one. */
  readonly keyOf: (candidate: C) => string
}

/** Scores from 0 to 1. The chunk shown is the keyword leg's where it found one. */
export function fuse<C extends Scored>(keyword: readonly C[], vector: readonly C[], { share, keyOf }: FuseOptions<C>): readonly C[] {
  const fused = new Map<string, C>()
  const add = (leg: readonly C[], weight: number): void => {
    const best = leg.reduce((most, { score }) => Math.max(most, score), 0)
    if (best <= 0) return
    for (const candidate of leg) {
      const score = (weight * Math.max(0, candidate.score)) / best
      const known = fused.get(keyOf(candidate))
      fused.set(keyOf(candidate), known ? { ...known, score: known.score + score } : { ...candidate, score })
    }
  }
  add(keyword, 1 - share)
  add(bestOf(vector, keyOf), share)
  return [...fused.values()]
}

/** A document whose best chunk differs between the legs comes twice from the vector leg; the better one counts. */
function bestOf<C extends Scored>(candidates: readonly C[], keyOf: (candidate: C) => string): readonly C[] {
  const best = new Map<string, C>()
  for (const candidate of candidates) {
    const known = best.get(keyOf(candidate))
    if (!known || candidate.score > known.score) best.set(keyOf(candidate), candidate)
  }
  return [...best.values()]
}
