/** Narrowing of JSON from the server: the page trusts no shape it has not looked at. */

export type Json = Readonly<Record<string, unknown>>

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value)
}

/** The value under `key`, or undefined when `value` is no record. */
export function at(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined
}

export function textAt(value: unknown, key: string): string | undefined {
  const found = at(value, key)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: unknown, key: string): number | undefined {
  const found = at(value, key)
  return typeof found === 'number' ? found : undefined
}

/** The list under `key`; empty when there is none. */
export function listAt(value: unknown, key: string): readonly unknown[] {
  const found = at(value, key)
  return isList(found) ? found : []
}

/** Parses JSON text; undefined when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Equal as JSON, whatever the order of keys. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (isList(left) && isList(right)) return left.length === right.length && left.every((item, i) => sameJson(item, right[i]))
  if (!isRecord(left) || !isRecord(right)) return false
  const keys = Object.keys(left)
  return keys.length === Object.keys(right).length && keys.every((key) => Object.hasOwn(right, key) && sameJson(left[key], right[key]))
}
