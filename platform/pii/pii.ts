/**
 * Personal data in text, found by form and, where the form has one, by its check digits: no model, no network. Names and
 * street addresses have no form of their own, so they are not found.
 */
export const piiTypes = ['email', 'iban', 'card', 'ssn', 'phone', 'ip', 'secret'] as const
export type PiiType = (typeof piiTypes)[number]

/** A span of UTF-16 positions, `end` not included. */
export interface PiiFinding {
  readonly start: number
  readonly end: number
  readonly type: PiiType
}

interface Form {
  readonly type: PiiType
  readonly pattern: RegExp
  /** Tells a real one from digits that only look like it. */
  readonly holds?: (found: string) => boolean
}

const octet = String.raw`(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)`

/** In the order in which they win where they overlap. */
const forms: readonly Form[] = [
  {
    type: 'secret',
    pattern:
      /(?<![\w-])(?:sk-[\w-]{20,}|gh[pousr]_\w{30,}|xox[abprs]-[\w-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{35}|glpat-[\w-]{20,}|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,})(?![\w-])/gu,
  },
  {
    type: 'email',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}][\p{L}\p{N}._%+-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  },
  { type: 'iban', pattern: /(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/gu, holds: isIban },
  { type: 'card', pattern: /(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-]|[.,]\d)/gu, holds: isCard },
  { type: 'ssn', pattern: /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/gu },
  {
    type: 'phone',
    pattern:
      /(?<![\w+.(/-]|\d )(?:\+\d{1,3}[ .\-/]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .\-/]?\d){5,12}|(?:\+?1[ .-])?\(\d{3}\) ?\d{3}[ .-]\d{4}|(?:1[.-])?[2-9]\d{2}([.-])[2-9]\d{2}\1\d{4}|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,5})(?![\w-]| ?\d|\.\d)/gu,
    holds: isPhone,
  },
  { type: 'ip', pattern: new RegExp(String.raw`(?<![\w.-])${octet}(?:\.${octet}){3}(?![\w-]|\.\d)`, 'gu') },
]

/** Findings in the order of the text, none overlapping. */
export function findPii(text: string): readonly PiiFinding[] {
  const found: PiiFinding[] = []
  for (const { type, pattern, holds } of forms) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length]
      if (holds && !holds(match[0])) continue
      if (found.every((other) => other.end <= start || other.start >= end)) found.push({ start, end, type })
    }
  }
  return found.sort((left, right) => left.start - right.start)
}

export interface Mask {
  /** Personal data replaced by placeholders such as <EMAIL_1>: the same value, the same placeholder. */
  mask(text: string): string
  /** Placeholders of this mask replaced by what they stand for. */
  restore(text: string): string
}

/** One mask knows what it has replaced; another starts from 1 again. */
export function createMask(): Mask {
  const placeholders = new Map<string, string>()
  const values = new Map<string, string>()
  const counts = new Map<PiiType, number>()
  const placeholderOf = (type: PiiType, value: string): string => {
    const known = placeholders.get(value)
    if (known !== undefined) return known
    const count = (counts.get(type) ?? 0) + 1
    const placeholder = `<${type.toUpperCase()}_${count}>`
    counts.set(type, count)
    placeholders.set(value, placeholder)
    values.set(placeholder, value)
    return placeholder
  }
  return {
    mask: (text) => replaceFindings(text, ({ type }, value) => placeholderOf(type, value)),
    restore: (text) => (values.size === 0 ? text : text.replace(/<[A-Z]+_\d+>/gu, (placeholder) => values.get(placeholder) ?? placeholder)),
  }
}

/** The text with every finding replaced. */
export function replaceFindings(text: string, replacement: (finding: PiiFinding, value: string) => string): string {
  let at = 0
  let replaced = ''
  for (const finding of findPii(text)) {
    replaced += text.slice(at, finding.start) + replacement(finding, text.slice(finding.start, finding.end))
    at = finding.end
  }
  return replaced + text.slice(at)
}

/** ISO 13616: letters become numbers, the first four characters go to the end, and the whole leaves 1 when divided by 97. */
function isIban(found: string): boolean {
  const code = found.replaceAll(' ', '')
  if (code.length < 15 || code.length > 34) return false
  let rest = 0
  for (const character of `${code.slice(4)}${code.slice(0, 4)}`) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest === 1
}

/** ISO/IEC 7812: an issuer that exists, and Luhn's check digit. */
function isCard(found: string): boolean {
  const digits = found.replace(/\D/gu, '')
  if (!/^(?:4|5[1-5]|2[2-7]|3[0-9]|6)/u.test(digits)) return false
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits.at(-1 - at))
    sum += at % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
  }
  return sum % 10 === 0
}

/** E.164 allows 15 digits; a date or a version has fewer than 8. */
function isPhone(found: string): boolean {
  const digits = found.replace(/\D/gu, '')
  return digits.length >= 8 && digits.length <= 15
}
