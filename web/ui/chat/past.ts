/** A conversation read back: its messages as entries, and the approvals that its last turn still waits for. */
import { awaitedBy } from '../../awaited.ts'
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

/** A call of the last turn without a result that an approval was asked for waits on it. `approvals` are all that wait, latest first. */
export function waitingIn(entries: readonly Entry[], approvals: readonly PendingApproval[]): readonly PendingApproval[] {
  const asked = entries.findLastIndex((entry) => entry.kind === 'user')
  const open = entries.slice(asked + 1).flatMap((entry) => (entry.kind === 'call' && entry.phase === 'stopped' ? [entry] : []))
  const calls = open.map((call) => ({ id: call.id, tool: call.tool, input: inputOf(call) }))
  return awaitedBy(calls, approvals).map(([{ id }, pending]) => ({ ...pending, call: id }))
}
