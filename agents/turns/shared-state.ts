/** The state that a client shares with the agent: data it may read and, key by key, replace. Nothing else happens when it does. */
import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages'
import { Fault } from '../../platform/fault.ts'
import type { PlannerTool } from '../planner/contract.ts'

export const setState = 'set_state'

export type SharedState = Readonly<Record<string, unknown>>

/** Keys by which an object's own machinery could be reached. */
const reserved = new Set(['__proto__', 'constructor', 'prototype'])

const largestState = 100_000

/** Throws `invalid_input` for a key that is reserved, at any depth, and for a state that is too large to be read each turn. */
export function requireState(state: unknown, name: string): asserts state is SharedState {
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw new Fault('invalid_input', `${name} is not an object. Send an object with a value for each key.`)
  const bad = reservedIn(state, 0)
  if (bad !== undefined) throw new Fault('invalid_input', `${name} has '${bad}', which cannot be a key. Choose another name.`)
  const { length } = JSON.stringify(state)
  if (length > largestState)
    throw new Fault('too_large', `${name} has ${length} characters; at most ${largestState} are shared. Share less of it.`)
}

const deepest = 64

function reservedIn(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth > deepest) return '(nested too deeply)'
  for (const key of Object.keys(value)) {
    const inner = reserved.has(key) ? key : reservedIn(Reflect.get(value, key), depth + 1)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** The state after these keys were replaced. Throws as `requireState` does. */
export function changedState(state: SharedState, change: unknown): SharedState {
  requireState(change, 'The change of the state')
  const changed = { ...state, ...change }
  requireState(changed, 'The changed state')
  return changed
}

/** What the calls of this turn have made of the state it began with. */
export function stateAfter(state: SharedState, turn: readonly BaseMessage[]): SharedState {
  const done = new Set(
    turn
      .filter((message) => ToolMessage.isInstance(message) && message.status !== 'error')
      .map((message) => Reflect.get(message, 'tool_call_id')),
  )
  const calls = turn.filter((message) => AIMessage.isInstance(message)).flatMap((message) => message.tool_calls ?? [])
  return calls.reduce((now, { id, name, args }) => (name === setState && done.has(id) ? changedState(now, args) : now), state)
}

export function setStateTool(state: SharedState): PlannerTool {
  return {
    name: setState,
    title: 'Change the shared state',
    description:
      'Replaces values of the state that the page shares with you; keys you leave out stay as they are. Use it when the person asks to change what the page shows.',
    input: {
      type: 'object',
      properties: Object.fromEntries(Object.entries(state).map(([key, value]) => [key, schemaOf(value)])),
      additionalProperties: true,
    },
    examples: [],
  }
}

/** By example; nothing is said of a value that is not there yet. */
function schemaOf(value: unknown): Readonly<Record<string, unknown>> {
  if (Array.isArray(value)) return value.length === 0 ? { type: 'array', items: {} } : { type: 'array', items: schemaOf(value[0]) }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return { type: typeof value }
  return typeof value === 'object' && value !== null ? { type: 'object', additionalProperties: true } : {}
}
