/** The state and the context that a client sends: data of its own, bounded, with none of our keys in it. */
import { z } from 'zod'
import { Fault } from '../../platform/fault.ts'
import { isProtected, ownKey, type State } from './agui-state.ts'
import { isTooDeep } from './json-body.ts'

/** As JSON text. What an agent reads at every step has to stay small. */
const largest = 64 * 1024
const deepest = 20
const mostContext = 50

/** The key under which an agent finds the context; a state has no such key of its own when there is some. */
export const contextKey = 'context'

/**
 * A client sends back the whole state it holds, so our half comes with it: it is looked at and dropped, because nothing in it
 * is ever read. One that does not look like ours was edited.
 */
const echo = z.strictObject({
  turn: z.string().optional(),
  model: z.string().optional(),
  mark: z.string().optional(),
  budget: z.record(z.string(), z.number()).optional(),
  usage: z.record(z.string(), z.number()).optional(),
  agent: z.string().optional(),
  plan: z.array(z.unknown()).optional(),
  calls: z
    .record(
      z.string(),
      z.strictObject({
        tool: z.string(),
        state: z.enum(['arguments', 'running', 'waiting', 'succeeded', 'failed']),
        progress: z.unknown().optional(),
        run: z.string().optional(),
      }),
    )
    .optional(),
})

/** The client's half; undefined when it has none. Throws `invalid_input` for what is no object, too large, too deep or ours. */
export function readClientState(state: unknown): State | undefined {
  if (state === undefined || state === null) return undefined
  const record = z.record(z.string(), z.unknown()).safeParse(state)
  if (!record.success || Array.isArray(state)) throw wrong('state', 'must be a JSON object.')
  if (isTooDeep(state, deepest)) throw wrong('state', `is nested deeper than ${deepest} levels. Flatten it.`)
  const keys = Object.keys(record.data).filter((key) => key !== ownKey)
  const ours = record.data[ownKey]
  if (ours !== undefined && !echo.safeParse(ours).success)
    throw wrong(
      `state.${ownKey}`,
      'is written by this server alone, and this is not what it wrote. Send it back as it came, or not at all.',
    )
  for (const key of keys) if (isProtected(key)) throw wrong('state', `has the key '${key}', which no state may have. Rename it.`)
  const { [ownKey]: _, ...theirs } = record.data
  const size = JSON.stringify(theirs).length
  if (size > largest) throw wrong('state', `has ${size} characters of JSON, ${largest} fit. Keep large data in a dataset or document.`)
  return keys.length === 0 ? undefined : theirs
}

export interface ContextEntry {
  readonly description: string
  readonly value: string
}

/** Throws `invalid_input` for more than a page can mean. */
export function readContext(context: readonly ContextEntry[]): readonly ContextEntry[] {
  if (context.length > mostContext) throw wrong('context', `has ${context.length} entries, ${mostContext} fit.`)
  const size = JSON.stringify(context).length
  if (size > largest / 2) throw wrong('context', `has ${size} characters, ${largest / 2} fit. Ingest long text as a document.`)
  return context.map(({ description, value }) => ({ description, value }))
}

function wrong(path: string, message: string): Fault {
  return new Fault('invalid_input', `${path} ${message}`, { errors: [{ path, message }] })
}
