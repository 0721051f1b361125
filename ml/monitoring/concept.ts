/** Concept drift: is a model wrong more often now than it was in training? Asked of recorded outcomes. */
import type { Queryable } from '../../platform/database/database.ts'
import { normalTwoSided } from './distributions.ts'

export interface ConceptDrift {
  readonly outcomes: number
  /** accuracy for classes, mae for numbers. */
  readonly metric: 'accuracy' | 'mae'
  readonly live: number
  readonly reference: number
  readonly p_value: number
  readonly drifted: boolean
}

const leastOutcomes = 30

/**
 * Compares the outcomes of a version's newest predictions with the metric it had in training, by a one-sided z test.
 * Undefined below 30 outcomes or without the metric.
 */
export async function conceptDrift(
  db: Queryable,
  workspace: string,
  {
    model,
    version,
    metrics,
    window,
    threshold,
  }: {
    readonly model: string
    readonly version: number
    readonly metrics: Readonly<Record<string, number>>
    readonly window: number
    readonly threshold: number
  },
): Promise<ConceptDrift | undefined> {
  const { rows } = await db.query<{ outcomes: number; accuracy: number | null; mae: number | null; spread: number | null }>(
    `select count(*)::integer as outcomes, avg(correct::integer)::double precision as accuracy, avg(abs(error)) as mae, stddev_samp(abs(error)) as spread
     from (select o.correct, o.error from predictions p join outcomes o on o.workspace = p.workspace and o.prediction = p.id
           where p.workspace = $1 and p.model = $2 and p.version = $3 order by p.at desc limit $4) recent`,
    [workspace, model, version, Math.min(window, 10_000)],
  )
  const [found] = rows
  if (!found || found.outcomes < leastOutcomes) return undefined
  const { outcomes, accuracy, mae, spread } = found
  if (accuracy !== null && metrics.accuracy !== undefined) {
    const reference = metrics.accuracy
    const z = (accuracy - reference) / Math.sqrt(Math.max(1e-9, reference * (1 - reference)) / outcomes)
    return judge({ outcomes, metric: 'accuracy', live: accuracy, reference }, -z, threshold)
  }
  if (mae !== null && metrics.mae !== undefined) {
    const z = (mae - metrics.mae) / Math.max(1e-12, (spread ?? 0) / Math.sqrt(outcomes))
    return judge({ outcomes, metric: 'mae', live: mae, reference: metrics.mae }, z, threshold)
  }
  return undefined
}

function judge(found: Omit<ConceptDrift, 'p_value' | 'drifted'>, worse: number, threshold: number): ConceptDrift {
  const tail = normalTwoSided(worse) / 2
  const p = worse > 0 ? tail : 1 - tail
  return { ...found, p_value: p, drifted: p < threshold }
}
