/** Ids that sort by time and are safe in a URL: prefix, 9 digits of milliseconds and 11 random ones, in base 32. */
import { randomBytes } from 'node:crypto'

const digits = '0123456789abcdefghjkmnpqrstvwxyz'

export function newId(prefix: string, now = Date.now()): string {
  let time = ''
  for (let rest = now, place = 0; place < 9; place++, rest = Math.floor(rest / 32)) time = digits.charAt(rest % 32) + time
  let chance = ''
  for (const byte of randomBytes(11)) chance += digits.charAt(byte & 31)
  return `${prefix}_${time}${chance}`
}
