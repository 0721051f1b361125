/** A dataset at a glance: every column's spread, what moves together, and what will mislead a model if it goes unseen. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Dataset } from './datasets.ts'
import { requireColumn } from './datasets.ts'
import type { Duck } from './duckdb.ts'
import { type ColumnProfile, isMeasured, measure, profileColumns } from './profile-columns.ts'
import { openDataset } from './snapshot.ts'
import { identifier } from './sql-text.ts'

export const warningKinds = ['constant', 'id_like', 'imbalance', 'leak', 'time_order', 'missing', 'duplicates'] as const

export interface ProfileWarning {
  readonly kind: (typeof warningKinds)[number]
  readonly columns: readonly string[]
  readonly message: string
}

export interface Correlation {
  readonly left: string
  readonly right: string
  /** Pearson's r over the rows where both are present. */
  readonly r: number
}

export interface DatasetProfile {
  readonly rows: number
  readonly columns: readonly ColumnProfile[]
  /** Strongest first; pairs with |r| of at least 0.1 among the first 40 number columns. */
  readonly correlations: readonly Correlation[]
  readonly warnings: readonly ProfileWarning[]
}

/** `target` lets the profile look for columns that give the answer away. Throws `not_found` for an unknown target. */
export async function profileDataset(
  dataset: Dataset,
  { blobs, target, signal }: { readonly blobs: Blobs; readonly target?: string; readonly signal?: AbortSignal },
): Promise<DatasetProfile> {
  if (target !== undefined) requireColumn(dataset, target)
  await using duck = await openDataset(dataset, { blobs, ...(signal && { signal }) })
  const columns = await profileColumns(duck, 'dataset', dataset.columns)
  const correlations = await correlate(duck, columns)
  const warnings = [
    ...columns.flatMap((column) => columnWarnings(column, dataset.rows, target)),
    ...leaksByCorrelation(correlations, target),
    ...(target === undefined ? [] : await leaksByLevel(duck, columns, target)),
    ...(await timeOrder(duck, columns)),
    ...(await duplicates(duck, dataset.rows)),
  ]
  return { rows: dataset.rows, columns, correlations: correlations.filter(({ r }) => Math.abs(r) >= 0.1), warnings }
}

async function correlate(duck: Duck, columns: readonly ColumnProfile[]): Promise<readonly Correlation[]> {
  const measured = columns
    .filter(({ type, distinct }) => (type === 'integer' || type === 'number' || type === 'boolean') && distinct > 1)
    .slice(0, 40)
  const pairs = measured.flatMap((left, index) => measured.slice(index + 1).map((right) => ({ left, right })))
  if (pairs.length === 0) return []
  const { rows } = await duck.table(
    `select ${pairs.map(({ left, right }) => `corr(${measure(left)}, ${measure(right)})`).join(', ')} from dataset`,
  )
  return pairs
    .map(({ left, right }, index) => ({ left: left.name, right: right.name, r: Number(rows[0]?.[index] ?? Number.NaN) }))
    .filter(({ r }) => Number.isFinite(r))
    .sort((one, two) => Math.abs(two.r) - Math.abs(one.r))
}

function columnWarnings(column: ColumnProfile, rows: number, target: string | undefined): readonly ProfileWarning[] {
  const { name, type, distinct, missing, top } = column
  const present = rows - missing
  const about = (kind: ProfileWarning['kind'], message: string): ProfileWarning => ({ kind, columns: [name], message })
  if (distinct <= 1)
    return [about('constant', `'${name}' has ${distinct === 0 ? 'no value at all' : 'one value only'}; it cannot help a model. Drop it.`)]
  const found: ProfileWarning[] = []
  if (present >= 20 && distinct === present && (type === 'text' || type === 'integer') && name !== target)
    found.push(about('id_like', `'${name}' differs in every row like an id; a model can only learn it by heart. Drop it before training.`))
  const share = (top?.[0]?.count ?? 0) / present
  if (top && distinct <= 50 && share >= 0.95)
    found.push(
      about('imbalance', `'${top[0]?.value}' makes up ${percent(share)} of '${name}'; judge models of it by PR AUC or F1, not accuracy.`),
    )
  if (missing / rows > 0.4) found.push(about('missing', `${percent(missing / rows)} of '${name}' is missing.`))
  return found
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

function leaksByCorrelation(correlations: readonly Correlation[], target: string | undefined): readonly ProfileWarning[] {
  return correlations
    .filter(({ left, right, r }) => Math.abs(r) >= (left === target || right === target ? 0.98 : 0.9999))
    .map(({ left, right, r }) => ({
      kind: 'leak' as const,
      columns: [left, right],
      message: `'${left}' and '${right}' say the same (r = ${r.toFixed(4)}); if one is the target, the other gives it away.`,
    }))
}

/** Columns whose value alone names the target in nearly every row, though the target has no such favourite value. */
async function leaksByLevel(duck: Duck, columns: readonly ColumnProfile[], target: string): Promise<readonly ProfileWarning[]> {
  const wanted = columns.find(({ name }) => name === target)
  if (!wanted || wanted.distinct < 2 || wanted.distinct > 50) return []
  const warnings: ProfileWarning[] = []
  const goal = identifier(target)
  const { base } = await duck.row(
    `select max(n) / sum(n) as base from (select count(*) as n from dataset where ${goal} is not null group by ${goal})`,
  )
  for (const { name, distinct } of columns) {
    if (name === target || distinct < 2 || distinct > 100) continue
    const column = identifier(name)
    const { purity } = await duck.row(
      `select sum(most) / sum(n) as purity from (select max(n) as most, sum(n) as n from (select ${column} as k, count(*) as n from dataset where ${goal} is not null group by k, ${goal}) group by k)`,
    )
    if (Number(purity) >= 0.99 && Number(base) < 0.97)
      warnings.push({
        kind: 'leak',
        columns: [name, target],
        message: `'${name}' alone names '${target}' in ${percent(Number(purity))} of rows; check that it is known before the outcome.`,
      })
  }
  return warnings
}

async function timeOrder(duck: Duck, columns: readonly ColumnProfile[]): Promise<readonly ProfileWarning[]> {
  const clocks = columns.filter(
    ({ name, type, distinct }) =>
      distinct > 1 &&
      (type === 'date' || type === 'timestamp' || (isMeasured(type) && /(^|_)(time|timestamp|date|period|epoch)$/i.test(name))),
  )
  const warnings: ProfileWarning[] = []
  for (const clock of clocks) {
    const { backwards } = await duck.row(
      `select count(*) filter (v < before) as backwards from (select ${measure(clock)} as v, lag(${measure(clock)}) over () as before from dataset)`,
    )
    const sorted = Number(backwards) === 0
    if (sorted || clock.type === 'date' || clock.type === 'timestamp')
      warnings.push({
        kind: 'time_order',
        columns: [clock.name],
        message: `'${clock.name}' orders the rows in time${sorted ? ', and they are sorted by it' : ''}; split with time_column: ${clock.name}, so that a model is judged on what came later.`,
      })
  }
  return warnings
}

async function duplicates(duck: Duck, rows: number): Promise<readonly ProfileWarning[]> {
  const { distinct } = await duck.row('select count(*) as distinct from (select distinct * from dataset)')
  const repeated = rows - Number(distinct)
  if (repeated === 0) return []
  return [
    {
      kind: 'duplicates',
      columns: [],
      message: `${repeated} rows repeat an earlier row; split before training, or drop them, lest the same row is trained on and tested.`,
    },
  ]
}
