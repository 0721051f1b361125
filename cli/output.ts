/** A result for people: its sentence, then its data as small tables. `--json` prints the data alone. */
import type { Progress } from '../tools/tool.ts'
import { isRecord } from './schema-shape.ts'
import { cell, printable, table } from './table.ts'

const mostRows = 20
const mostColumns = 8

export function jsonOutput(data: unknown): string {
  return `${JSON.stringify(data, null, 2)}\n`
}

/** Ends with a newline. */
export function humanOutput({ content, data }: { readonly content: string; readonly data: unknown }, width: number): string {
  const fields = isRecord(data) ? Object.entries(data) : []
  const plain = fields.filter(([, value]) => isPlain(value) && value !== undefined)
  const blocks = fields.filter(([, value]) => !isPlain(value)).flatMap(([name, value]) => block(name, value, width))
  const lines = plain.length === 0 ? [] : [body(table(['', ''], plain, width))]
  return `${[printable(content.trim()), ...lines, ...blocks].filter((part) => part !== '').join('\n\n')}\n`
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null

function block(name: string, value: unknown, width: number): readonly string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${name}:\n${list(value, width)}`]
  if (!isRecord(value)) return []
  const pairs = Object.entries(value).filter(([, inner]) => inner !== undefined)
  if (pairs.length === 0) return []
  const rows = pairs.slice(0, mostRows)
  return [`${name}:\n${body(table(['', ''], rows, width))}${more(pairs.length, 'fields')}`]
}

/** A table without its (empty) head. */
const body = (text: string): string => text.split('\n').slice(1).join('\n')

function list(values: readonly unknown[], width: number): string {
  const shown = values.slice(0, mostRows)
  if (shown.every(isRecord)) {
    const columns = [...new Set(shown.flatMap((row) => Object.keys(row)))].slice(0, mostColumns)
    return `${table(
      columns,
      shown.map((row) => columns.map((column) => row[column])),
      width,
    )}${more(values.length, 'rows')}`
  }
  if (shown.every((row) => Array.isArray(row))) {
    const columns = Math.min(mostColumns, Math.max(...shown.map((row) => row.length)))
    const cells = shown.map((row) => row.slice(0, columns))
    return `${body(table(Array<string>(columns).fill(''), cells, width))}${more(values.length, 'rows')}`
  }
  return shown.map(cell).join('\n') + more(values.length, 'values')
}

const more = (count: number, what: string): string =>
  count > mostRows ? `\n… ${count - mostRows} more ${what}; --json prints all of them` : ''

/** One line that is drawn over and over; an empty one wipes it. */
export function progressLine(progress: Progress | undefined, width: number): string {
  if (progress === undefined) return '\r\u001b[K'
  const share =
    progress.fraction === undefined ? '' : `${bar(progress.fraction)} ${String(Math.round(progress.fraction * 100)).padStart(3)} % `
  return `\r\u001b[K${`${share}${cell(progress.message)}`.slice(0, Math.max(20, width - 1))}`
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * 20)
  return '█'.repeat(full) + '░'.repeat(20 - full)
}
