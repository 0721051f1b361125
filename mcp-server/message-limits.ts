/** What no message may be, whatever it asks: a batch, or nested so deeply that reading it is a burden. Checked before anything looks inside. */

/** Levels of arrays and objects; schemas and pipelines of real use stay below 20. */
const deepest = 64

export interface Refusal {
  readonly code: number
  readonly message: string
}

/** Undefined for a message that may go on to the protocol. */
export function refusalOf(message: unknown): Refusal | undefined {
  if (Array.isArray(message))
    return { code: -32_600, message: 'Invalid Request: batches are not part of this protocol; send one message at a time.' }
  if (isDeeper(message, deepest)) return { code: -32_600, message: `Invalid Request: nested more than ${deepest} levels deep.` }
  return undefined
}

/** The id to answer to, where it is one. */
export function idOf(message: unknown): string | number | null {
  const id: unknown = typeof message === 'object' && message !== null ? Reflect.get(message, 'id') : null
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

/** Goes down no further than it must, so that deep nesting exhausts nothing. */
export function isDeeper(value: unknown, most: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (most === 0) return true
  for (const inner of Array.isArray(value) ? value : Object.values(value))
    if (typeof inner === 'object' && isDeeper(inner, most - 1)) return true
  return false
}
