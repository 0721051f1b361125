/** Ids that sort by time and are safe in a URL: prefix, 9 digits of milliseconds and 11 random ones, in base 32. */
import { randomFillSync } from 'node:crypto'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'
const timeDigits = 9
const chanceDigits = 11

/** Asking the system for chance costs more than all the rest, so it is asked for many ids at once. */
const pool = Buffer.alloc(256 * chanceDigits)
let used = pool.length

/** Ids of one millisecond begin alike. */
let last = { now: -1, text: '' }

export function newId(prefix: string, now = Date.now()): string {
  if (last.now !== now) last = { now, text: timeOf(now) }
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  let chance = ''
  for (const end = used + chanceDigits; used < end; used++) chance += digits.charAt((pool[used] ?? 0) & 31)
  return `${prefix}_${last.text}${chance}`
}

function timeOf(now: number): string {
  let time = ''
  for (let rest = now, place = 0; place < timeDigits; place++, rest = Math.floor(rest / 32)) time = digits.charAt(rest % 32) + time
  return time
}
