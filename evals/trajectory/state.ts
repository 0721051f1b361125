/** What the workspace looks like after a scenario: reading calls whose data must contain what is expected. */
import type { Caller } from '../../platform/caller.ts'
import type { Waist } from '../../tools/waist.ts'
import type { Scenario } from './scenario.ts'

/** Undefined when all of it holds; else the first thing that does not. */
export async function endState(options: {
  readonly waist: Waist
  readonly caller: Caller
  readonly signal: AbortSignal
  readonly wanted: Scenario['end_state']
}): Promise<string | undefined> {
  const { waist, caller, signal, wanted } = options
  for (const { tool, input, expect } of wanted) {
    const outcome = await waist.invoke({ tool, input, caller, signal })
    const data = outcome.kind === 'done' ? outcome.data : undefined
    if (!contains(data, expect)) return `Afterwards ${tool} does not show ${JSON.stringify(expect)}.`
  }
  return undefined
}

/** Objects may have more fields and lists more items than expected; each expected item is found somewhere in the list. */
export function contains(found: unknown, expected: unknown): boolean {
  if (Array.isArray(expected)) return Array.isArray(found) && expected.every((item) => found.some((one) => contains(one, item)))
  if (typeof expected !== 'object' || expected === null) return Object.is(found, expected)
  if (typeof found !== 'object' || found === null) return false
  return Object.entries(expected).every(([key, value]) => contains(Reflect.get(found, key), value))
}
