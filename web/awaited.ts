/** Which approval each open call of a conversation waits for: the history holds what was asked for, the approval what will run. */
import { isRecord, sameJson } from './ui/json.ts'

interface Asked {
  readonly tool: string
  readonly input: unknown
}

/**
 * Each call that waits, with what it waits for. `approvals` are all that wait, latest first; each holds its call's input and
 * what the tool filled in, so one that adds nothing comes before one that does, and one that a call waits for is no other's.
 */
export function awaitedBy<C extends Asked, A extends Asked>(calls: readonly C[], approvals: readonly A[]): readonly (readonly [C, A])[] {
  const taken = new Set<A>()
  return calls.flatMap((call) => {
    const open = approvals.filter((pending) => pending.tool === call.tool && !taken.has(pending))
    const found = open.find(({ input }) => sameJson(input, call.input)) ?? open.find(({ input }) => holds(input, call.input))
    if (found === undefined) return []
    taken.add(found)
    return [[call, found]]
  })
}

/** Every field of `part` stands in `whole` with the same value. */
function holds(whole: unknown, part: unknown): boolean {
  if (!isRecord(whole) || !isRecord(part)) return sameJson(whole, part)
  return Object.entries(part).every(([key, value]) => holds(whole[key], value))
}
