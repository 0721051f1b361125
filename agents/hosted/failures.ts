/** What went wrong when a hosted model was asked, and whether asking again may help. */
import { z } from 'zod'

/** An answer that came and is none. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  /** Whether the same question may be answered the next time. */
  readonly passing: boolean

  constructor(message: string, { passing }: { readonly passing: boolean }) {
    super(message)
    this.passing = passing
  }
}

export interface ModelFailure {
  readonly passing: boolean
  /** How long the server asked to be left alone. */
  readonly afterMs: number | undefined
}

const httpError = z.object({ status: z.number(), headers: z.unknown().optional() })

/** Busy, limited or broken for now (RFC 9110, RFC 6585); everything else that has a status is said for good. */
const passingStatus = (status: number): boolean => status === 408 || status === 409 || status === 425 || status === 429 || status >= 500

/** An error without a status comes from the network: it broke off, or nobody listened. */
export function failureOf(error: unknown): ModelFailure {
  for (const one of causesOf(error)) {
    if (one instanceof NoAnswer) return { passing: one.passing, afterMs: undefined }
    const answered = httpError.safeParse(one).data
    if (answered) return { passing: passingStatus(answered.status), afterMs: retryAfter(answered.headers) }
    if (one instanceof Error && /AbortError|ContextOverflow/u.test(one.name)) return { passing: false, afterMs: undefined }
  }
  return { passing: true, afterMs: undefined }
}

function* causesOf(error: unknown): Iterable<unknown> {
  let one: unknown = error
  for (let depth = 0; depth < 8 && typeof one === 'object' && one !== null; depth++) {
    yield one
    one = Reflect.get(one, 'cause')
  }
}

/** RFC 9110, 10.2.3: seconds or a date. */
function retryAfter(headers: unknown): number | undefined {
  const value = headers instanceof Headers ? headers.get('retry-after') : undefined
  if (value === null || value === undefined) return undefined
  const seconds = Number(value)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** The words of the innermost error that has any. */
export function wordsOf(error: unknown): string {
  const words = [...causesOf(error)].flatMap((one) => (one instanceof Error && one.message !== '' ? [one.message] : []))
  const said = words.find((line) => !/^(?:Connection error\.?|fetch failed|terminated)$/u.test(line)) ?? words.at(-1) ?? ''
  return (said.split('\n')[0] ?? '').replace(/\b(?:sk|key)-[\w*-]{6,}/gu, '(key)').slice(0, 200)
}
