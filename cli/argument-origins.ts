/** Where each argument of a call came from, one line each, for the person who decides it. */
import { z } from 'zod'

const origin = z.object({ trust: z.enum(['trusted', 'untrusted']), source: z.string() })

/** `origins` as an approval keeps them; lines in the order of the arguments, the decision to call first. Empty: nothing is known. */
export function originLines(origins: unknown): readonly string[] {
  const parsed = z.record(z.string(), origin).safeParse(origins)
  if (!parsed.success) return []
  const rows = Object.entries(parsed.data).map(([path, { trust, source }]) => ({
    what: path === '' ? 'the call itself' : path,
    from: trust === 'untrusted' ? `${source}  (not trusted)` : source,
  }))
  const width = Math.max(0, ...rows.map(({ what }) => what.length))
  return rows.map(({ what, from }) => `  ${what.padEnd(width)}  from ${from}`)
}
