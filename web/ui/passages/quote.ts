/** Finds a quote in its document although line breaks, spaces or letter case differ, so that it can be highlighted. */

export interface Split {
  readonly before: string
  readonly quote: string
  readonly after: string
}

/** The text cut around the first place of `quote`; undefined when it is not there. */
export function splitAtQuote(text: string, quote: string): Split | undefined {
  const words = quote.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return undefined
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+')
  const found = new RegExp(pattern, 'iu').exec(text)
  if (found === null) return undefined
  const end = found.index + found[0].length
  return { before: text.slice(0, found.index), quote: found[0], after: text.slice(end) }
}
