/** Columns as sorted values or as counts by level: what tests and distances read. */
import type { Column } from '../data/frame.ts'

/** The values there are, sorted. */
export function present(values: Float64Array): Float64Array {
  return values.filter((value) => !Number.isNaN(value)).sort()
}

/** Rows per level, over the levels of both columns. Numbers met by words are counted as words. */
export function countLevels(before: Column, after: Column): { readonly before: readonly number[]; readonly after: readonly number[] } {
  const counts = [countWords(before), countWords(after)] as const
  const levels = [...new Set(counts.flatMap((words) => [...words.keys()]))].sort()
  return { before: levels.map((level) => counts[0].get(level) ?? 0), after: levels.map((level) => counts[1].get(level) ?? 0) }
}

function countWords(column: Column): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const add = (word: string): void => void counts.set(word, (counts.get(word) ?? 0) + 1)
  if (column.type === 'number') for (const value of column.values) !Number.isNaN(value) && add(String(value))
  else for (const code of column.codes) code >= 0 && add(column.levels[code] ?? '')
  return counts
}
