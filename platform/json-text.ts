/** JSON text that Postgres can keep: jsonb refuses NUL and lone halves of surrogate pairs, which JSON itself allows. */
import { Fault } from './fault.ts'

/** For what a caller sent: text that cannot be kept is refused, so that what runs is exactly what was asked. */
export function jsonText(value: unknown, name: string): string {
  const text = JSON.stringify(value) ?? 'null'
  if (isKept(text)) return text
  throw new Fault(
    'invalid_input',
    `${name} holds a NUL character or half a surrogate pair, which cannot be stored. Remove it and call again.`,
  )
}

/** For what our own code found (results, details): such characters become U+FFFD. */
export function repairedJsonText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'null'
  return isKept(text) ? text : JSON.stringify(repaired(JSON.parse(text)))
}

const isKept = (text: string): boolean => !/\\u(0000|d[89a-f])/i.test(text) || JSON.stringify(repaired(JSON.parse(text))) === text

function repaired(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').toWellFormed()
  if (Array.isArray(value)) return value.map(repaired)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [String(repaired(key)), repaired(inner)]))
}
