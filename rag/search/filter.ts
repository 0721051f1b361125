/** Which documents a search may find, by their metadata. Keys and values travel as one JSON parameter, never as SQL. */
import { Fault } from '../../platform/fault.ts'

export type Scalar = string | number | boolean

/** Every key must fit: equal to a value, one of several, or within bounds. A list in the metadata fits by any of its items. */
export type Filter = Readonly<
  Record<
    string,
    | Scalar
    | readonly Scalar[]
    | {
        readonly eq?: Scalar | undefined
        readonly in?: readonly Scalar[] | undefined
        readonly gte?: Scalar | undefined
        readonly lte?: Scalar | undefined
      }
  >
>

interface Condition {
  readonly key: string
  readonly in?: readonly Scalar[]
  readonly gte?: Scalar
  readonly lte?: Scalar
}

/** JSON for `filterSql`; null when everything may be found. */
export function filterParameter(filter: Filter | undefined): string | null {
  if (!filter) return null
  const conditions = Object.entries(filter).map(([key, wanted]): Condition => ({ key, ...conditionOf(key, wanted) }))
  return conditions.length === 0 ? null : JSON.stringify(conditions)
}

function conditionOf(key: string, wanted: Filter[string]): Omit<Condition, 'key'> {
  if (typeof wanted !== 'object') return { in: [wanted] }
  if (isList(wanted)) return { in: wanted }
  const { eq, in: listed, gte, lte } = wanted
  if (eq === undefined && listed === undefined && gte === undefined && lte === undefined) {
    throw new Fault('invalid_input', `The filter on '${key}' says nothing; give a value, a list, or {eq, in, gte, lte}.`)
  }
  const allowed = eq === undefined ? listed : [eq, ...(listed ?? [])]
  return { ...(allowed ? { in: allowed } : {}), ...(gte === undefined ? {} : { gte }), ...(lte === undefined ? {} : { lte }) }
}

const isList = (wanted: object): wanted is readonly Scalar[] => Array.isArray(wanted)

/** True for the documents `d` that fit parameter number `parameter`; bounds compare only values of their own type. */
export function filterSql(parameter: number): string {
  return `($${parameter}::jsonb is null or not exists (
    select 1 from jsonb_array_elements($${parameter}::jsonb) as f (rule)
    where not coalesce(
      (rule -> 'in' is null or exists (
        select 1 from jsonb_array_elements(rule -> 'in') as v (value) where d.metadata -> (rule ->> 'key') @> v.value))
      and (rule -> 'gte' is null or (d.metadata -> (rule ->> 'key') >= rule -> 'gte'
        and jsonb_typeof(d.metadata -> (rule ->> 'key')) = jsonb_typeof(rule -> 'gte')))
      and (rule -> 'lte' is null or (d.metadata -> (rule ->> 'key') <= rule -> 'lte'
        and jsonb_typeof(d.metadata -> (rule ->> 'key')) = jsonb_typeof(rule -> 'lte'))), false)))`
}
