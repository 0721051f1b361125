/** A conversation read back: its messages as entries, and the approvals that its last turn still waits for. */
import { isRecord, sameJson } from '../json.ts'
import { assistantEntry, type Entry, inputOf, newCall } from './entries.ts'
import type { PastMessage, PendingApproval } from './events.ts'

/** Results are joined to their calls; a call without one was left behind. */
export function fromMessages(messages: readonly PastMessage[]): readonly Entry[] {
  const results = new Map(messages.filter((message) => message.role === 'tool').map((message) => [message.call, message]))
  return messages.flatMap((message): readonly Entry[] => {
    if (message.role === 'user') return [{ kind: 'user', id: message.id, text: message.text }]
    if (message.role !== 'assistant') return []
    const text: readonly Entry[] = message.text === '' ? [] : [assistantEntry(message.id, message.text, message.mark)]
    const calls = message.calls.map(({ id, tool, arguments: argumentsText }): Entry => {
      const result = results.get(id)
      if (result === undefined) return { ...newCall(id, tool, argumentsText), phase: 'stopped' }
      const data = result.data === undefined ? {} : { data: result.data }
      return { ...newCall(id, tool, argumentsText), phase: result.failed ? 'failed' : 'succeeded', text: result.text, ...data }
    })
    return [...text, ...calls]
  })
}

/**
 * A call without a result that an approval was asked for waits on it. `approvals` are all that wait in the workspace, latest
 * first; each holds the call's input and what its tool filled in, so one that adds nothing comes before one that does.
 */
export function waitingIn(entries: readonly Entry[], approvals: readonly PendingApproval[]): readonly PendingApproval[] {
  const asked = entries.findLastIndex((entry) => entry.kind === 'user')
  const taken = new Set<PendingApproval>()
  return entries.slice(asked + 1).flatMap((entry): readonly PendingApproval[] => {
    if (entry.kind !== 'call' || entry.phase !== 'stopped') return []
    const given = inputOf(entry)
    const open = approvals.filter((pending) => pending.tool === entry.tool && !taken.has(pending))
    const found = open.find(({ input }) => sameJson(input, given)) ?? open.find(({ input }) => holds(input, given))
    if (found === undefined) return []
    taken.add(found)
    return [{ ...found, call: entry.id }]
  })
}

/** Every field of `part` stands in `whole` with the same value. */
function holds(whole: unknown, part: unknown): boolean {
  if (!isRecord(whole) || !isRecord(part)) return sameJson(whole, part)
  return Object.entries(part).every(([key, value]) => holds(whole[key], value))
}
