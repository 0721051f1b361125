/** Whether a result meets a condition in words: "it drifted" is the field `drifted`, "accuracy is above .8" a comparison. */
import { read } from './references.ts'
import { stem, wordsOf } from './words.ts'

/** undefined: the result does not say. */
export function holds(condition: string, results: readonly { readonly data: unknown }[]): boolean | undefined {
  const words = wordsOf(condition.toLowerCase())
  const negated = words.some(({ lower }) =>
    /^(?:not|no|n't|isn't|hasn't|doesn't|didn't|without|never|unless|fail|fails|failed)$/u.test(lower),
  )
  for (const { data } of results.toReversed()) {
    const value =
      compared(condition, data) ??
      flagged(
        words.map((word) => word.stem),
        data,
      )
    if (value !== undefined) return value.exact ? value.plain : value.plain === !negated
  }
  return undefined
}

interface Verdict {
  readonly plain: boolean
  /** A comparison already says which way. */
  readonly exact: boolean
}

const comparison =
  /([\p{L}_][\p{L}\p{N}_ -]*?)\s*(?:is|are|was|has|have|gets|stays|goes)?\s*(above|over|greater than|more than|higher than|better than|at least|exceeds|below|under|less than|lower than|worse than|at most|>=|<=|>|<)\s*(-?\d+(?:\.\d+)?)\s*(%?)/iu

function compared(condition: string, data: unknown): Verdict | undefined {
  const match = comparison.exec(condition)
  if (!match) return undefined
  const [, name = '', word = '', digits = '', percent] = match
  const found = numberNamed(
    data,
    wordsOf(name).map((one) => one.stem),
  )
  if (found === undefined) return undefined
  const bound = Number(digits) / (percent === '%' ? 100 : 1)
  const up = /above|over|greater|more|higher|better|exceeds|at least|>/iu.test(word)
  const equal = /at least|at most|=/u.test(word) && found === bound
  return { plain: equal || (up ? found > bound : found < bound), exact: true }
}

/** A number of the result, or of its metrics, whose name is made of these words. */
function numberNamed(data: unknown, words: readonly string[]): number | undefined {
  for (const place of [data, read(data, 'metrics')]) {
    if (typeof place !== 'object' || place === null) continue
    for (const [name, value] of Object.entries(place)) {
      const parts = wordsOf(name.replaceAll('_', ' ')).map((word) => word.stem)
      if (typeof value === 'number' && parts.every((part) => words.includes(part))) return value
    }
  }
  return undefined
}

/** A yes-or-no field of the result whose family of words the condition uses; "good", "fine" and "ok" ask for `passed`. */
function flagged(stems: readonly string[], data: unknown): Verdict | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  const wanted = new Set([...stems, ...(stems.some((word) => fine.has(word)) ? [stem('passed')] : [])])
  const entry = Object.entries(data).find(
    ([name, value]) => typeof value === 'boolean' && wordsOf(name.replaceAll('_', ' ')).some((word) => wanted.has(word.stem)),
  )
  return entry ? { plain: entry[1] === true, exact: false } : undefined
}

const fine: ReadonlySet<string> = new Set(
  ['good', 'fine', 'ok', 'okay', 'clean', 'valid', 'well', 'pass', 'fail', 'fails', 'failed', 'bad', 'sound'].map(stem),
)
