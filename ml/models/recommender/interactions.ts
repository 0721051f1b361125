/**
 * Who took what, and how strongly: read from a table of events, added up by user and item, kept as sparse rows. Ids are
 * texts, or whole numbers that are never calculated with.
 */
import { z } from 'zod'
import { Fault } from '../../../platform/fault.ts'
import { addAt, at } from '../at.ts'
import { float64s } from '../numbers.ts'
import type { Inputs } from '../problem.ts'

/** The columns of a table of events, by index. */
export const rolesSchema = z.strictObject({
  user: z.int().min(0).describe('Column of users'),
  item: z.int().min(0).describe('Column of items'),
  value: z.int().min(-1).describe('Column of strengths; -1: every event counts 1'),
})
export type Roles = z.infer<typeof rolesSchema>

/** What names the rows of a factor matrix: the codes of a category column, or the distinct numbers of a number column. */
export const idsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('category').describe('Texts'), count: z.int().min(0).describe('Number of levels') }),
  z.strictObject({ type: z.literal('number').describe('Numbers'), ids: float64s.describe('In ascending order') }),
])
export type Ids = z.infer<typeof idsSchema>

/** Sparse rows: those of row r are `columns` and `values` from `starts[r]` to `starts[r + 1]`, by ascending column. */
export interface Sparse {
  readonly starts: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float64Array
}

export interface Wanted {
  readonly user_column?: string | undefined
  readonly item_column?: string | undefined
  readonly value_column?: string | undefined
}

const usualNames = {
  user: /^(user|customer|visitor|member|person)([_ -]?id)?$/i,
  item: /^(item|product|article|movie|song|book|content)([_ -]?id)?$/i,
  value: /^(value|strength|rating|quantity|plays)$/i,
}

/**
 * Finds the columns: those named in `wanted`, else those with a usual name (user, customer_id, item, product_id …; value,
 * strength, rating, quantity, plays), else the first two of text. Throws `invalid_input` when there are none.
 */
export function rolesOf({ columns }: Pick<Inputs, 'columns'>, wanted: Wanted): Roles {
  const named = (role: keyof typeof usualNames, name: string | undefined): number => {
    if (name === undefined) return columns.findIndex((column) => usualNames[role].test(column.name))
    const found = columns.findIndex((column) => column.name === name)
    if (found >= 0) return found
    const names = columns.slice(0, 20).map((column) => `'${column.name}'`)
    throw new Fault('invalid_input', `There is no column '${name}' for ${role}_column. The columns are ${names.join(', ')}.`)
  }
  const taken = [named('user', wanted.user_column), named('item', wanted.item_column)]
  const free = [...columns.keys()].filter((i) => columns[i]?.type === 'category' && !taken.includes(i))
  const [user = -1, item = -1] = taken.map((i) => (i >= 0 ? i : (free.shift() ?? -1)))
  const value = named('value', wanted.value_column)
  if (user < 0 || item < 0)
    throw new Fault('invalid_input', 'A recommender needs a column of users and one of items. Name them by user_column and item_column.')
  if (user === item || value === user || value === item)
    throw new Fault(
      'invalid_input',
      'Users, items and values must be different columns. Name others by user_column, item_column and value_column.',
    )
  if (value >= 0 && columns[value]?.type !== 'number')
    throw new Fault(
      'invalid_input',
      `Column '${columns[value]?.name}' holds text, not the strength of an event. Choose a column of numbers as value_column.`,
    )
  return { user, item, value }
}

/** Throws `invalid_input` when ids are numbers beyond 2^53, where neighbours are no longer told apart. */
export function idsOf({ columns, values }: Inputs, index: number): Ids {
  const column = columns[index]
  if (column?.type === 'category') return { type: 'category', count: column.levels.length }
  const ids = Float64Array.from(new Set(values[index]))
    .filter((id) => !Number.isNaN(id))
    .sort()
  if (ids.every((id) => Math.abs(id) <= Number.MAX_SAFE_INTEGER)) return { type: 'number', ids }
  throw new Fault('invalid_input', `Column '${column?.name}' holds numbers beyond 2^53, which cannot be told apart. Ingest it as text.`)
}

export const countOf = (ids: Ids): number => (ids.type === 'category' ? ids.count : ids.ids.length)

/** Index of an id, from its cell; -1 for a missing or unknown one. */
export function indexer(ids: Ids): (cell: number) => number {
  if (ids.type === 'category') return (cell) => (cell >= 0 && cell < ids.count ? cell : -1)
  const index = new Map(Array.from(ids.ids, (id, i) => [id, i]))
  return (cell) => index.get(cell) ?? -1
}

/**
 * Adds up the events of each user and item. Events without user or item are passed over, a missing value counts 1, and
 * what adds up to 0 is none. Throws `invalid_input` for negative values.
 */
export function interactionsOf({ rows, columns, values }: Inputs, roles: Roles, { users, items }: { users: Ids; items: Ids }): Sparse {
  const userOf = indexer(users)
  const itemOf = indexer(items)
  const strengths = values[roles.value]
  const userCells = values[roles.user] ?? new Float64Array(0)
  const itemCells = values[roles.item] ?? new Float64Array(0)
  const byUser = Array.from({ length: countOf(users) }, () => new Map<number, number>())
  for (let row = 0; row < rows; row++) {
    const item = itemOf(at(itemCells, row))
    const taken = byUser[userOf(at(userCells, row))]
    const given = strengths === undefined ? 1 : at(strengths, row)
    const strength = Number.isNaN(given) ? 1 : given
    if (strength < 0) throw negative(columns[roles.value]?.name ?? '', strength)
    if (item >= 0 && strength > 0) taken?.set(item, (taken.get(item) ?? 0) + strength)
  }
  return sparse(byUser)
}

function negative(column: string, value: number): Fault {
  const words = `Column '${column}' holds ${value}, but how strongly something was taken cannot be negative. Leave such rows out or choose another value_column.`
  return new Fault('invalid_input', words)
}

function sparse(rows: readonly ReadonlyMap<number, number>[]): Sparse {
  const starts = new Uint32Array(rows.length + 1)
  for (const [r, row] of rows.entries()) starts[r + 1] = (starts[r] ?? 0) + row.size
  const columns = new Uint32Array(starts[rows.length] ?? 0)
  const values = new Float64Array(columns.length)
  let i = 0
  for (const row of rows) {
    for (const [column, value] of [...row].sort(([a], [b]) => a - b)) {
      columns[i] = column
      values[i++] = value
    }
  }
  return { starts, columns, values }
}

/** The same numbers by column: what each item was taken by. */
export function transposed({ starts, columns, values }: Sparse, width: number): Sparse {
  const counts = new Float64Array(width)
  for (const column of columns) addAt(counts, column, 1)
  const begins = new Uint32Array(width + 1)
  for (let c = 0; c < width; c++) begins[c + 1] = (begins[c] ?? 0) + at(counts, c)
  const next = begins.slice()
  const turned = { starts: begins, columns: new Uint32Array(columns.length), values: new Float64Array(columns.length) }
  for (let row = 0; row + 1 < starts.length; row++) {
    for (let i = starts[row] ?? 0; i < (starts[row + 1] ?? 0); i++) {
      const column = columns[i] ?? 0
      const to = next[column] ?? 0
      next[column] = to + 1
      turned.columns[to] = row
      turned.values[to] = at(values, i)
    }
  }
  return turned
}
