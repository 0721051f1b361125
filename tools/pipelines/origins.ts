/** Where the values of a step came from: what an earlier step read outside is untrusted wherever a reference carries it. */
import type { Origin } from '../invocation.ts'
import type { Tool } from '../tool.ts'
import { type Reference, referencesIn } from './references.ts'
import type { PipelineStep } from './spec.ts'

export type Origins = Readonly<Record<string, Origin>>

/** What of a step's result may be believed: everything, or these fields only. */
export interface Label {
  readonly tool: string
  readonly trusted: 'all' | readonly string[]
}

/** A result is trusted as a whole when its tool reads nothing from outside and nothing from outside went in. */
export function labelOfStep({ name, untrusted, minted }: Tool, origins: Origins): Label {
  if (Object.keys(origins).length > 0) return { tool: name, trusted: [] }
  return { tool: name, trusted: untrusted ? minted : 'all' }
}

/** Untrusted arguments by dotted path; empty when there are none. */
export function originsOfStep(step: PipelineStep, labels: ReadonlyMap<string, Label>): Origins {
  const origins: Record<string, Origin> = {}
  for (const [path, text] of textsIn(step.input, '')) {
    const foreign = referencesIn(text).find((reference) => !believed(reference, labels))
    if (foreign) origins[path] = { trust: 'untrusted', source: `step '${foreign.name}' (${labels.get(foreign.name)?.tool})` }
  }
  return origins
}

function believed({ kind, name, path: [field = ''] }: Reference, labels: ReadonlyMap<string, Label>): boolean {
  if (kind === 'params') return true
  const trusted = labels.get(name)?.trusted ?? []
  return trusted === 'all' || trusted.includes(field)
}

function textsIn(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, path === '' ? key : `${path}.${key}`))
}
