/** One text for one value: JSON with sorted keys, so that equal values have equal digests. */
import { hash } from 'node:crypto'

/** Undefined fields are left out, as JSON.stringify does. Written out by hand: a replacer costs three times as much. */
export function canonicalJson(value: unknown): string {
  return textOf(value) ?? 'null'
}

/** SHA-256 of the canonical JSON, 64 hex digits. */
export function digestOf(value: unknown): string {
  return hash('sha256', canonicalJson(value), 'hex')
}

/** Undefined for what JSON leaves out. */
function textOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item) ?? 'null').join(',')}]`
  if ('toJSON' in value && typeof value.toJSON === 'function') return textOf(value.toJSON())
  let text = ''
  for (const [key, field] of Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))) {
    const inner = textOf(field)
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${inner}`
  }
  return `{${text}}`
}
