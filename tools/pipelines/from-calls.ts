/** Calls that were made one after the other, as steps: what one gave and a later one was given becomes a reference. */
import { Fault } from '../../platform/fault.ts'
import type { PastCall } from '../ports.ts'
import { type PipelineStep, stepSchema } from './spec.ts'

/** Throws `invalid_input` when nothing was called. */
export function fromCalls(calls: readonly PastCall[], thread: string): PipelineStep[] {
  if (calls.length === 0) throw new Fault('invalid_input', `Chat '${thread}' has called no tool successfully, so there is nothing to save.`)
  const origins = new Map<string, string>()
  const said = new Set<string>()
  const used = new Map<string, number>()
  return calls.map(({ tool, input, data }) => {
    const count = (used.get(tool) ?? 0) + 1
    used.set(tool, count)
    const id = count === 1 ? tool : `${tool}_${count}`
    const step = stepSchema.parse({ id: id.slice(0, 40), tool, input: linked(input, origins) })
    // What a person named themselves stays as they said it.
    for (const text of textsIn(input)) if (!origins.has(text)) said.add(text)
    for (const [path, text] of leaves(data)) if (!said.has(text) && !origins.has(text)) origins.set(text, `\${steps.${step.id}.${path}}`)
    return step
  })
}

/** A text is linked when it is long enough to be an id or a name rather than chance. */
const shortest = 4

function linked(value: unknown, origins: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return origins.get(value) ?? value
  if (Array.isArray(value)) return value.map((item) => linked(item, origins))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, linked(inner, origins)]))
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function leaves(value: unknown, path = ''): readonly (readonly [path: string, text: string])[] {
  if (typeof value === 'string') return value.length >= shortest ? [[path, value]] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => (key.includes('.') ? [] : leaves(inner, path === '' ? key : `${path}.${key}`)))
}
