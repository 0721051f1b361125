/** Whether a person said a value: as a whole name with its own marks, or in the usual words for it. */
import { findQuantities } from './planner/literals.ts'
import { findSchedule, findWindow } from './planner/times.ts'
import { valueWords } from './planner/values.ts'

/** Spelt out, or in the person's usual words: a share for a fraction, "forest" for random_forest, a time for a cron line. */
export function saidIn(words: string, value: unknown): boolean {
  if (typeof value === 'number') return findQuantities(words, []).some((one) => amounts(one.value, value)) || nameIn(words, `v${value}`)
  if (typeof value === 'boolean' || value === null) return nameIn(words, String(value))
  const text = String(value)
  if (nameIn(words, text)) return true
  if (valueWords[text]?.some((spoken) => nameIn(words, spoken))) return true
  return findSchedule(words)?.value === text || findWindow(words)?.value === text
}

/** A choice of the schema in other words of the same order: drop_columns in "drop the column plan". */
export function choiceIn(words: string, choice: string): boolean {
  const parts = choice.split('_').map((part) => part.replace(/s$/u, ''))
  return parts.length > 1 && parts.every((part) => nameIn(words, part) || nameIn(words, `${part}s`))
}

/** The number itself; for shares also "80 percent" and "80/20" for 0.8 and 0.2. */
function amounts(said: number, value: number): boolean {
  const same = (one: number): boolean => Math.abs(one - value) < 1e-9
  const share = value > 0 && value < 1
  return (
    same(said) || (share && (same(said / 100) || same(1 - said) || same(1 - said / 100))) || (said > 0 && said <= 1 && same(said * 100))
  )
}

const longestPattern = 400

/**
 * As a whole name, whatever its case: "churn" does not stand in "churn-clf", nor "churn*" or "../churn" where "churn" was said.
 * Only blanks, hyphens and underscores stand for each other.
 */
function nameIn(words: string, name: string): boolean {
  const trimmed = name.trim()
  if (!/[\p{L}\p{N}]/u.test(trimmed)) return false
  if (trimmed.length > longestPattern) return words.toLowerCase().includes(trimmed.toLowerCase())
  const pattern = trimmed
    .split(/[\s_-]+/u)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`))
    .join(String.raw`[\s_-]+`)
  const before = /^[\p{L}\p{N}]/u.test(trimmed) ? String.raw`(?<![\p{L}\p{N}_\-./@*])` : ''
  const after = /[\p{L}\p{N}]$/u.test(trimmed) ? String.raw`(?![\p{L}\p{N}_@*/]|[-.:][\p{L}\p{N}])` : ''
  return new RegExp(`${before}${pattern}${after}`, 'iu').test(words)
}
