/** One row of data inside a sentence: JSON, "tenure = 3", "plan is basic", "tenure 3, plan basic and monthly charges 79.5". */
import type { Span } from './contract.ts'
import type { ColumnMention } from './entities.ts'
import { plainWords } from './lexicon.ts'

export interface RecordMention extends Span {
  readonly value: Readonly<Record<string, unknown>>
}

/** At least one pair; keys are columns of the world, or any word with "=" or ":" after it that does not name something else. */
export function findRecord(text: string, columns: readonly ColumnMention[], names: readonly Span[] = []): RecordMention | undefined {
  return jsonRecord(text) ?? pairs(text, columns, names)
}

function jsonRecord(text: string): RecordMention | undefined {
  const start = text.indexOf('{')
  const end = text.lastIndexOf('}') + 1
  if (start < 0 || end <= start) return undefined
  try {
    const value: unknown = JSON.parse(text.slice(start, end))
    return typeof value === 'object' && value !== null ? { start, end, text: text.slice(start, end), value: { ...value } } : undefined
  } catch {
    return undefined
  }
}

const valuePattern =
  /^\s*(?:=|:|is|of|equals|being|equal to)?\s*(?:"([^"]*)"|'([^']*)'|(-?\d+(?:\.\d+)?)(?![\w.]*[a-z]|\d|-\w)|([\p{L}\p{N}_+.-]+))/iu
const assignment =
  /(?<![\p{L}\p{N}_-])([\p{L}_][\p{L}\p{N}_-]*)\s*(?:=|:(?!\/))\s*(?:"([^"]*)"|'([^']*)'|(-?\d+(?:\.\d+)?)(?![\w.]*[a-z]|\d|-\w)|([\p{L}\p{N}_+.-]+))/giu

function pairs(text: string, columns: readonly ColumnMention[], names: readonly Span[]): RecordMention | undefined {
  const found: { readonly key: string; readonly value: unknown; readonly start: number; readonly end: number }[] = []
  columns.forEach((column, index) => {
    const next = columns[index + 1]?.start ?? text.length
    const match = valuePattern.exec(text.slice(column.end, next))
    const closed = match !== null && /^\s*(?:[,;.]|$)/u.test(text.slice(column.end + match[0].length))
    const value = match && readValue(match.slice(1), closed)
    const ahead = match && (closed || match[4] === undefined) ? undefined : valueAhead(text, column.start, columns[index - 1]?.end ?? 0)
    if (ahead) found.push({ key: column.name, value: ahead.value, start: ahead.start, end: column.end })
    else if (match && value !== undefined) found.push({ key: column.name, value, start: column.start, end: column.end + match[0].length })
  })
  for (const match of text.matchAll(assignment)) {
    const [whole, key = '', ...values] = match
    if ([...found, ...names].some((pair) => pair.start <= match.index && match.index < pair.end)) continue
    const value = readValue(values, true)
    if (value !== undefined && !notKeys.has(key.toLowerCase()))
      found.push({ key, value, start: match.index, end: match.index + whole.length })
  }
  if (found.length === 0) return undefined
  const start = Math.min(...found.map((pair) => pair.start))
  const end = Math.max(...found.map((pair) => pair.end))
  return { start, end, text: text.slice(start, end), value: Object.fromEntries(found.map(({ key, value }) => [key, value])) }
}

/** A value before its column: "3 support calls", "on the basic plan". What stands right behind the column before it is that one's. */
function valueAhead(text: string, column: number, from: number): { readonly value: unknown; readonly start: number } | undefined {
  const before = text.slice(from, column)
  const count = /(?<![\p{L}\p{N}._-])(-?\d+(?:\.\d+)?)\s+$/u.exec(before)
  if (count?.[1] !== undefined)
    return before.slice(0, count.index).trim() === '' ? undefined : { value: Number(count[1]), start: from + count.index }
  const kind = /\b(?:on|with|in|from|has|have) (?:a|an|the) ([\p{L}\p{N}_-]+)\s+$/iu.exec(before)
  if (kind?.[1] === undefined || notValues.has(kind[1].toLowerCase()) || plainWords.has(kind[1].toLowerCase())) return undefined
  return { value: kind[1], start: from + kind.index }
}

/** The value of one pair, or undefined when the words after the key are only grammar. */
function readValue(groups: readonly (string | undefined)[], closed: boolean): unknown {
  const [double, single, digits, word] = groups
  if (double !== undefined || single !== undefined) return double ?? single
  if (digits !== undefined) return Number(digits)
  if (word === undefined || (notValues.has(word.toLowerCase()) && !(closed && word.length === 1))) return undefined
  if (/^(?:true|false)$/iu.test(word)) return word.toLowerCase() === 'true'
  return word.replace(/[.]+$/u, '')
}

const notKeys = new Set(['http', 'https', 'seed', 'folds', 'trials', 'target', 'system', 'note', 'threshold', 'top_k', 'limit', 'version'])
const notValues = new Set(
  'and or the a an in on of for with to from by as is are was does do did will would give gives be have has using than then at it its column columns dataset data group groups across between please over under above below when if so but not'.split(
    ' ',
  ),
)
