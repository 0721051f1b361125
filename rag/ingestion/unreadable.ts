/** A document that cannot be read, with the reason as it follows the document's name: "is encrypted". */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
}

/** The reason for any error of a parser, without what it may quote at length. */
export function reasonOf(error: unknown): string {
  if (error instanceof Unreadable) return error.message
  if (error instanceof RangeError && /call stack/i.test(error.message)) return 'is nested too deep to be read'
  const message = error instanceof Error ? error.message : String(error)
  return `cannot be read: ${message.replaceAll(/\s+/g, ' ').slice(0, 200)}`
}
