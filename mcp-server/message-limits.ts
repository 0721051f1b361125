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

/** Without recursion, which deep nesting would exhaust. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true
    level = level.flatMap((one) =>
      typeof one === 'object' && one !== null ? Object.values(one).filter((inner) => typeof inner === 'object') : [],
    )
  }
  return false
}
