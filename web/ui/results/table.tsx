/** A table of records: sorted by any column, long ones shown in parts, copied as tab-separated text for a spreadsheet. */
import { type JSX, useState } from 'react'
import { brief, decimals, label, number } from '../format.ts'
import { Icon } from '../frame/icon.tsx'
import { at, isRecord, type Json, listAt } from '../json.ts'
import { Histogram } from './charts.tsx'
import { intervalOf } from './measures.ts'

interface Props {
  readonly columns: readonly string[]
  readonly rows: readonly Json[]
  /** Columns that begin out of sight. */
  readonly folded?: readonly string[] | undefined
  /** How many rows are shown at first. */
  readonly first: number
  /** What opens when a row is chosen; absent: rows only inform. */
  readonly hrefOf?: (row: Json) => string | undefined
}

export function Table({ columns: all, rows, first, folded = [], hrefOf }: Props): JSX.Element {
  const [wide, setWide] = useState(false)
  const columns = wide ? all : all.filter((column) => !folded.includes(column))
  const [order, setOrder] = useState<{ readonly column: string; readonly down: boolean }>()
  const [shown, setShown] = useState(first)
  const numeric = new Set(columns.filter((column) => rows.some((row) => row[column] != null) && rows.every((row) => isNumber(row[column]))))
  // Measures of one table may be counts and shares.
  const mixed = all[0] === 'measure'
  const places = new Map(
    columns.map((column) => [column, numeric.has(column) && !mixed ? decimals(rows.map((row) => row[column])) : undefined]),
  )
  const sorted = order === undefined ? rows : rows.toSorted((a, b) => compare(a[order.column], b[order.column]) * (order.down ? -1 : 1))
  const sort = (column: string): void => setOrder({ column, down: order?.column === column ? !order.down : numeric.has(column) })

  return (
    <div className="table">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
      <section className="table-scroll" tabIndex={0} aria-label="Table">
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th
                  key={column}
                  scope="col"
                  className={numeric.has(column) ? 'numeric' : undefined}
                  aria-sort={order?.column === column ? (order.down ? 'descending' : 'ascending') : undefined}
                >
                  <button type="button" onClick={() => sort(column)}>
                    {heading(column)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no name; the list is drawn anew when its order changes.
              <tr key={index}>
                {columns.map((column, place) => (
                  <td key={column} className={numeric.has(column) ? 'numeric' : undefined}>
                    <Cell name={column} value={row[column]} places={places.get(column)} href={place === 0 ? hrefOf?.(row) : undefined} />
                    <Interval of={at(row.intervals, column)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className="table-foot">
        {rows.length > shown && (
          <button type="button" className="button small quiet" onClick={() => setShown(shown + 100)}>
            Show {Math.min(100, rows.length - shown)} more of {number(rows.length)}
          </button>
        )}
        {folded.length > 0 && (
          <button type="button" className="button small quiet" onClick={() => setWide(!wide)}>
            {wide ? 'Fewer columns' : `${folded.length} more columns`}
          </button>
        )}
        {rows.length > 3 && hrefOf === undefined && <CopyButton text={() => tabSeparated(all, sorted)} />}
      </div>
    </div>
  )
}

interface CellProps {
  readonly name: string
  readonly value: unknown
  readonly places: number | undefined
  readonly href: string | undefined
}

function Cell({ name, value, places, href }: CellProps): JSX.Element {
  if (name === 'measure' && typeof value === 'string') return <span>{label(value)}</span>
  const text = typeof value === 'number' && places !== undefined ? value.toFixed(places) : brief(value)
  if (href !== undefined) return <a href={href}>{text}</a>
  if (value === null || value === undefined) return <span className="muted">–</span>
  if (typeof value === 'boolean') return <Verdict name={name} value={value} />
  const counts = listAt(value, 'counts')
  if (counts.length > 2 && counts.every((count) => typeof count === 'number'))
    return <Histogram name={label(name)} bars={counts.map((count, index) => ({ label: String(index + 1), value: count }))} />
  if (typeof value === 'object' && !(Array.isArray(value) && value.length === 0))
    return (
      <code className="cell-json" title={text}>
        {isRecord(value) ? pairs(value) : text}
      </code>
    )
  return <span title={text.length > 60 ? text : undefined}>{text}</span>
}

/** A yes or no; whether something was passed in the colours of a verdict. */
export function Verdict({ name, value }: { readonly name: string; readonly value: boolean }): JSX.Element {
  if (name === 'passed') return <span className={value ? 'badge good' : 'badge bad'}>{value ? 'passed' : 'failed'}</span>
  return <span className={value ? 'badge accent' : 'badge'}>{brief(value)}</span>
}

/** Where a number lies with 95 % certainty. */
function Interval({ of }: { readonly of: unknown }): JSX.Element | null {
  const ends = intervalOf(of)
  return ends === undefined ? null : (
    <span className="interval" title="95 % interval">
      {ends.map((end) => end.toFixed(2)).join(' – ')}
    </span>
  )
}

/** `{depth: 4}` -> `depth 4`. */
function pairs(value: Json): string {
  return Object.entries(value)
    .map(([key, inner]) => `${key} ${brief(inner)}`)
    .join(' · ')
}

/** `metrics.roc_auc` -> ROC AUC. */
function heading(column: string): string {
  return label(column.slice(column.lastIndexOf('.') + 1)) || column
}

function CopyButton({ text }: { readonly text: () => string }): JSX.Element {
  const [done, setDone] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text())
    setDone(true)
    setTimeout(() => setDone(false), 1_500)
  }
  return (
    <button type="button" className="button small quiet" onClick={() => void copy().catch(() => {})}>
      <Icon name={done ? 'check' : 'copy'} size={14} />
      {done ? 'Copied' : 'Copy'}
    </button>
  )
}

function tabSeparated(columns: readonly string[], rows: readonly Json[]): string {
  const cell = (value: unknown): string =>
    (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')).replace(/[\t\r\n]+/g, ' ')
  return [columns.join('\t'), ...rows.map((row) => columns.map((column) => cell(row[column])).join('\t'))].join('\n')
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || value === null || value === undefined
}

/** Numbers by size, text by the reader's alphabet, what is missing last. */
function compare(left: unknown, right: unknown): number {
  if (left == null || right == null) return left == null ? (right == null ? 0 : 1) : -1
  if (typeof left === 'number' && typeof right === 'number') return left - right
  return brief(left).localeCompare(brief(right), undefined, { numeric: true })
}
