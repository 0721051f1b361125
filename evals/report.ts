/** What a suite measures, and what an eval run makes of it: the same report on a terminal, as JSON and as a page. */
import { z } from 'zod'

/** A case of a suite. `ok` absent: it could not be measured, which is neither passed nor failed. */
export interface EvalCase {
  readonly id: string
  readonly ok?: boolean
  /** Why it failed or was not measured. */
  readonly why?: string
}

/** What every suite gives. */
export interface SuiteReport {
  readonly suite: string
  /** The folder or file that was read. */
  readonly data: string
  /** SHA-256 of what was read, so that two reports are known to be about the same data. */
  readonly digest: string
  readonly metrics: object
  /** Cases with an id and `ok` can be paired with those of a baseline. */
  readonly cases?: readonly unknown[]
  /** One sentence. */
  readonly verdict: string
  /** What must hold whatever a baseline says: no forbidden call, nothing executed. Sentences; none: all holds. */
  readonly broken?: readonly string[]
}

const caseSchema = z.looseObject({
  id: z.string(),
  ok: z.boolean().optional(),
  exact: z.boolean().optional(),
  why: z.string().optional(),
  unmeasured: z.string().optional(),
})

/** Those of a report's cases that have an id, as paired comparisons see them. */
export function casesOf({ cases = [] }: Pick<SuiteReport, 'cases'>): readonly EvalCase[] {
  return cases.flatMap((one): readonly EvalCase[] => {
    const { id, ok, exact, why, unmeasured } = caseSchema.safeParse(one).data ?? {}
    if (id === undefined) return []
    const verdict = unmeasured === undefined ? (ok ?? exact) : undefined
    const reason = unmeasured ?? why
    return [{ id, ...(verdict === undefined ? {} : { ok: verdict }), ...(reason === undefined ? {} : { why: reason }) }]
  })
}
