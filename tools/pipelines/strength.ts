/** A pipeline has the strongest effect among its steps: it cannot launder one. */
import { Fault } from '../../platform/fault.ts'
import type { Catalogue } from '../invocation.ts'
import { type Context, type Effect, effects } from '../tool.ts'
import { referencesIn, resolveReferences } from './references.ts'
import type { Params, Pipeline, PipelineStep } from './spec.ts'

type EffectContext = Pick<Context, 'db' | 'caller' | 'ports'>

export async function strongestEffect(pipeline: Pipeline, params: Params, context: EffectContext): Promise<Effect> {
  const catalogue = catalogueOf(context)
  const found = await Promise.all(pipeline.steps.map((step) => effectOfStep(step, params, { catalogue, context })))
  return effects[Math.max(...found.map((effect) => effects.indexOf(effect)))] ?? 'read'
}

/** Throws where a tool made of tools is called outside of `invoke`. */
export function catalogueOf({ ports }: Pick<Context, 'ports'>): Catalogue {
  if (ports.catalogue) return ports.catalogue
  throw new Fault('internal', 'Pipelines need the catalogue of tools, and this call came without it.')
}

/**
 * Where the input decides the effect and rests on an earlier step, nobody knows it yet: then it counts as sending something
 * out. `invoke` asks again when the step runs, and refuses whatever is stronger than what was allowed.
 */
async function effectOfStep(
  step: PipelineStep,
  params: Params,
  { catalogue, context }: { readonly catalogue: Catalogue; readonly context: EffectContext },
): Promise<Effect> {
  const tool = catalogue.get(step.tool)
  if (!tool.effectVaries) return tool.effect
  const cautious = effects.indexOf(tool.effect) > effects.indexOf('egress') ? tool.effect : 'egress'
  if (referencesIn(step.input).some(({ kind }) => kind === 'steps')) return cautious
  return tool.bind(resolveReferences(step.input, { steps: new Map(), params })).effect(context)
}
