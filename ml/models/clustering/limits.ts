/** What a table must hold, and must not exceed, before groups are looked for. */
import { Fault } from '../../../platform/fault.ts'

/** Throws `invalid_input` when there are fewer rows than groups. */
export function requireRows(rows: number, groups: number, parameter: string): void {
  if (rows >= groups) return
  throw new Fault('invalid_input', `${rows} rows cannot form ${groups} groups. Lower ${parameter} to at most ${rows}, or add rows.`)
}

/** 1 GiB of doubles. */
const maxNumbers = 2 ** 27

/** Throws `invalid_input`, with what to do about it, when so many numbers would not fit in memory. */
export function requireMemory(numbers: number, advice: string): void {
  if (numbers <= maxNumbers) return
  throw new Fault('invalid_input', `This needs ${Math.ceil(numbers / maxNumbers)} GiB of memory where 1 is allowed. ${advice}`)
}
