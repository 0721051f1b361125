/** Scores of rankings and answers, as trec_eval and SQuAD count them. */

/** Grades of the relevant documents of one query; anything absent is not relevant. */
export type Judgements = ReadonlyMap<string, number>

/** Linear gains, log2 discount, the ideal over all judged documents (Järvelin & Kekäläinen 2002). 0 to 1. */
export function ndcg(ranked: readonly string[], judgements: Judgements, depth = 10): number {
  const ideal = [...judgements.values()].filter((grade) => grade > 0).sort((left, right) => right - left)
  const best = discounted(ideal.slice(0, depth))
  return best === 0 ? 0 : discounted(ranked.slice(0, depth).map((document) => Math.max(0, judgements.get(document) ?? 0))) / best
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0)
}

/** One over the rank of the first relevant document within `depth`; 0 when there is none. */
export function reciprocalRank(ranked: readonly string[], judgements: Judgements, depth = 10): number {
  const at = ranked.slice(0, depth).findIndex((document) => (judgements.get(document) ?? 0) > 0)
  return at === -1 ? 0 : 1 / (at + 1)
}

/** Share of the relevant documents found within `depth`. */
export function recall(ranked: readonly string[], judgements: Judgements, depth: number): number {
  const relevant = [...judgements.values()].filter((grade) => grade > 0).length
  const found = ranked.slice(0, depth).filter((document) => (judgements.get(document) ?? 0) > 0).length
  return relevant === 0 ? 0 : found / relevant
}

/** The value below which a share of the values lies (nearest rank); NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Area under the ROC curve: how often a positive outscores a negative, ties counting half (Mann–Whitney). NaN without both. */
export function auroc(positives: readonly number[], negatives: readonly number[]): number {
  const wins = positives.reduce(
    (sum, positive) => sum + negatives.reduce((inner, negative) => inner + (positive > negative ? 1 : positive === negative ? 0.5 : 0), 0),
    0,
  )
  return wins / (positives.length * negatives.length)
}

/** A chance from 0 to 1 that was given, and whether it came true. */
export interface Forecast {
  readonly chance: number
  readonly came: boolean
}

/** Mean squared distance of chances from what came (Brier 1950). NaN for none. */
export function brier(forecasts: readonly Forecast[]): number {
  return mean(forecasts.map(({ chance, came }) => (chance - (came ? 1 : 0)) ** 2))
}

/** Expected calibration error: distance of the mean chance from the share that came, over bins of equal width, by their sizes. */
export function calibrationError(forecasts: readonly Forecast[], bins = 10): number {
  const binOf = ({ chance }: Forecast): number => Math.min(bins - 1, Math.floor(chance * bins))
  return [...Map.groupBy(forecasts, binOf).values()].reduce((sum, bin) => {
    const distance = Math.abs(mean(bin.map(({ chance, came }) => chance - (came ? 1 : 0))))
    return sum + (distance * bin.length) / forecasts.length
  }, 0)
}

/** Words of an answer without case, punctuation and English articles (Rajpurkar et al. 2016). */
function answerWords(answer: string): readonly string[] {
  return answer
    .toLowerCase()
    .replaceAll(/[\p{P}\p{S}]/gu, '')
    .replaceAll(/\b(?:a|an|the)\b/g, ' ')
    .split(/\s+/u)
    .filter((word) => word !== '')
}

export function exactMatch(answer: string, references: readonly string[]): boolean {
  const words = answerWords(answer).join(' ')
  return references.some((reference) => answerWords(reference).join(' ') === words)
}

/** Overlap of words with the nearest reference, as the harmonic mean of precision and recall. */
export function answerF1(answer: string, references: readonly string[]): number {
  return Math.max(0, ...references.map((reference) => overlap(answerWords(answer), answerWords(reference))))
}

function overlap(answer: readonly string[], reference: readonly string[]): number {
  const left = new Map<string, number>()
  for (const word of reference) left.set(word, (left.get(word) ?? 0) + 1)
  let common = 0
  for (const word of answer) {
    const count = left.get(word) ?? 0
    if (count > 0) common++
    left.set(word, count - 1)
  }
  return common === 0 ? 0 : (2 * common) / (answer.length + reference.length)
}
