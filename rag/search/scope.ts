/** Which documents a search may see: those the caller may read and the filter lets through, as one condition for every query. */
import { compileFilter, type Filter } from './filter.ts'

/** A condition on documents, to be joined into a statement: keys, values and principals travel as parameters, never as SQL. */
export interface Scope {
  /** True when every live document of the workspace may be found, so that a statement can leave the condition out. */
  readonly everything: boolean
  /** The condition over the table alias `d` (documents); its parameters are numbered from `first` on. Never null. */
  sql(first: number): string
  /** In the order of their numbers. */
  readonly parameters: readonly unknown[]
}

export interface ScopeRequest {
  readonly filter?: Filter
  /** What the caller goes by, from `principalsOf`; absent: it may read every document. */
  readonly principals?: readonly string[]
}

/** Throws `invalid_input` for a filter that cannot be. */
export function scopeOf({ filter, principals }: ScopeRequest): Scope {
  const compiled = filter && compileFilter(filter)
  const fits = compiled && compiled.parameters.length > 0 ? compiled : undefined
  if (!fits && !principals) return { everything: true, sql: () => 'true', parameters: [] }
  return {
    everything: false,
    parameters: [...(principals ? [principals] : []), ...(fits?.parameters ?? [])],
    sql: (first) => [...(principals ? [readable(first)] : []), ...(fits ? [fits.sql(principals ? first + 1 : first)] : [])].join(' and '),
  }
}

const readable = (parameter: number): string => `(d.readers is null or d.readers && $${parameter}::text[])`
