/**
 * How likely it is that a tool is the one a request asks for: logistic regression over the traits of the pair. The weights are
 * learned (docs/decisions/0027-tool-relevance.md), the same for every catalogue; no tool and no sentence is known beforehand.
 */
import type { PlannerTool } from './contract.ts'
import model from './relevance-weights.json' with { type: 'json' }
import { toolTerms } from './tool-terms.ts'
import { type Request, requestOf, traitsOf } from './traits.ts'

const weights: ReadonlyMap<string, number> = new Map(Object.entries(model.weights))

/** Log odds that the tool fits; 0 is an even chance. */
export function relevance(request: Request, tool: PlannerTool): number {
  return Object.entries(traitsOf(request, toolTerms(tool))).reduce(
    (sum, [trait, value]) => sum + (weights.get(trait) ?? 0) * value,
    model.intercept,
  )
}

const remembered = new WeakMap<readonly PlannerTool[], Map<string, readonly number[]>>()
const mostRemembered = 64

/** The same for each tool of a catalogue, in its order; a planner asks about the same few clauses again and again. */
export function relevances(text: string, catalogue: readonly PlannerTool[]): readonly number[] {
  const known = remembered.get(catalogue) ?? new Map<string, readonly number[]>()
  remembered.set(catalogue, known)
  const before = known.get(text)
  if (before) return before
  const request = requestOf(text)
  const odds = catalogue.map((tool) => relevance(request, tool))
  if (known.size >= mostRemembered) known.clear()
  known.set(text, odds)
  return odds
}
