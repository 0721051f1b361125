/**
 * Where a call's arguments came from. Once a result with text from outside stands in the thread, only what the person
 * typed is trusted: a value found in their own words, and a tool that those words ask for. `invoke` decides what follows.
 */
import type { Origin } from '../tools/invocation.ts'
import { asksFor } from './planner/asks-for.ts'
import type { PlannerTool } from './planner/contract.ts'
import { findQuantities } from './planner/literals.ts'
import { findSchedule, findWindow } from './planner/times.ts'
import { valueWords } from './planner/values.ts'

export interface Trusted {
  /** The person's messages in this thread, the newest last. */
  readonly said: readonly string[]
  /** Tools whose results brought text from outside into the thread; empty: nothing did. */
  readonly taintedBy: readonly string[]
  /** Ids that this platform made for earlier calls of the thread: nobody outside can choose them. */
  readonly minted: ReadonlySet<string>
  readonly catalogue: readonly PlannerTool[]
}

const mine: Origin = { trust: 'trusted', source: 'your message' }

/** Origin by dotted path; '' is the decision to call. */
export function originsOf(tool: string, input: unknown, trusted: Trusted): Readonly<Record<string, Origin>> {
  const { said, taintedBy, catalogue } = trusted
  const asked = said.slice(-2).some((message) => asksFor(message, tool, catalogue))
  if (taintedBy.length === 0) return { '': asked ? mine : { trust: 'trusted', source: 'the assistant' } }
  const foreign: Origin = { trust: 'untrusted', source: `a result of ${taintedBy.join(', ')}` }
  const origins: Record<string, Origin> = { '': asked ? mine : foreign }
  for (const [path, value] of leaves(input, '')) {
    if (said.some((message) => saidIn(message, value))) origins[path] = mine
    else if (trusted.minted.has(String(value))) origins[path] = { trust: 'trusted', source: 'an earlier call of this conversation' }
    else origins[path] = foreign
  }
  return origins
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null) return path === '' || value === undefined ? [] : [[path, value]]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
}

/** Spelt out, or in the person's usual words for it: a share for a fraction, "forest" for random_forest, a time for a cron. */
function saidIn(message: string, value: unknown): boolean {
  if (typeof value === 'number') return findQuantities(message, []).some((one) => matches(one.value, value)) || wordIn(message, `v${value}`)
  if (typeof value === 'boolean' || value === null) return wordIn(message, String(value))
  const text = String(value)
  if (wordIn(message, text)) return true
  if (valueWords[text]?.some((words) => wordIn(message, words))) return true
  return findSchedule(message)?.value === text || findWindow(message)?.value === text
}

const matches = (said: number, value: number): boolean =>
  [said, said / 100, said * 100, 1 - said].some((one) => Math.abs(one - value) < 1e-9)

const longestPattern = 400

/** As a whole name, whatever its case and separators: "churn" does not stand in "churn-clf". */
function wordIn(message: string, text: string): boolean {
  const parts = text.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '')
  if (parts.length === 0) return false
  if (text.length > longestPattern) return message.toLowerCase().includes(text.toLowerCase())
  return new RegExp(String.raw`(?<![\p{L}\p{N}_-])${parts.join(String.raw`[^\p{L}\p{N}]{1,3}`)}(?![\p{L}\p{N}_]|-[\p{L}\p{N}])`, 'iu').test(
    message,
  )
}
