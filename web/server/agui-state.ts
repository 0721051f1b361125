/**
 * The state that a client and the agent share, in two homes that never mix: the client's own keys, which the agent may
 * replace, and under `millrace` what this server tells about the turn (who answers, calls, plan, cost), which it alone writes.
 */
import { type Event, EventType, type JsonPatchOperation } from '@ag-ui/core'
import { diffJson, pointer } from './json-diff.ts'

export type State = Readonly<Record<string, unknown>>

/** The key of our home. */
export const ownKey = 'millrace'

/** Keys that JavaScript clients would trip over. */
const dangerous: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

export const isProtected = (key: string): boolean => key === ownKey || dangerous.has(key)

/** Where something of ours stands. */
export const own = (...keys: readonly string[]): string => pointer(ownKey, ...keys)

export const stateDelta = (...operations: readonly JsonPatchOperation[]): Event => ({ type: EventType.STATE_DELTA, delta: [...operations] })

export interface SharedState {
  /** What a client holds when the turn begins. */
  snapshot(about: State): Event
  /** The client's half after the agent changed it; nothing when nothing did. A protected key is left as it is, whatever the agent says. */
  replace(state: State): readonly Event[]
  /** So that a client can show the arguments of `set_state` as the state that they will become, while they stream. */
  predict(): readonly Event[]
}

/** The tool by which an agent replaces keys of the state; its arguments are those keys. */
export const stateTool = 'set_state'

/** `given` is the client's half; keys in `hidden` are told to the agent only. */
export function createSharedState(given: State = {}, hidden: readonly string[] = []): SharedState {
  const shown = (state: State): State =>
    Object.fromEntries(Object.entries(state).filter(([key]) => !isProtected(key) && !hidden.includes(key)))
  let current = shown(given)
  let predicted = false
  return {
    snapshot: (about) => ({ type: EventType.STATE_SNAPSHOT, snapshot: { ...current, [ownKey]: about } }),
    replace: (state) => {
      const next = shown(state)
      const operations = smaller(current, next)
      current = next
      return operations.length === 0 ? [] : [stateDelta(...operations)]
    },
    predict: () => {
      if (predicted) return []
      predicted = true
      const value = Object.keys(current).map((key) => ({ state_key: key, tool: stateTool, tool_argument: key }))
      return value.length === 0 ? [] : [{ type: EventType.CUSTOM, name: 'PredictState', value }]
    },
  }
}

/** A rewritten text of many paragraphs is said shorter as its whole key than as each of its places. */
function smaller(before: State, after: State): readonly JsonPatchOperation[] {
  const fine = diffJson(before, after)
  const coarse = fine.length < 2 ? fine : Object.keys({ ...before, ...after }).flatMap((key) => wholeKey(key, before, after))
  return JSON.stringify(coarse).length < JSON.stringify(fine).length ? coarse : fine
}

function wholeKey(key: string, before: State, after: State): readonly JsonPatchOperation[] {
  const path = pointer(key)
  if (!Object.hasOwn(after, key)) return [{ op: 'remove', path }]
  if (!Object.hasOwn(before, key)) return [{ op: 'add', path, value: after[key] }]
  return diffJson(before[key], after[key]).length === 0 ? [] : [{ op: 'replace', path, value: after[key] }]
}
