/** Which documents a search may see: those the caller may read and the filter lets through, as one condition for every query. */
import { type Filter, filterParameter, filterSql } from './filter.ts'

/** A condition on documents, to be joined into a statement: keys, values and principals travel as parameters, never as SQL. */
export interface Scope {
  /** True when every live document of the workspace may be found, so that a statement can leave the condition out. */
  readonly everything: boolean
  /** The condition over the table alias `d` (documents); its parameters are numbered from `first` on. */
  sql(first: number): string
  /** In the order of their numbers. */
  readonly parameters: readonly unknown[]
}

export interface ScopeRequest {
  readonly filter?: Filter
}

export function scopeOf({ filter }: ScopeRequest): Scope {
  const parameter = filterParameter(filter)
  if (parameter === null) return { everything: true, sql: () => 'true', parameters: [] }
  return { everything: false, sql: filterSql, parameters: [parameter] }
}
