/** Whether a pipeline can run at all, said before it is saved: its tools exist, its references lead somewhere, nothing waits for itself. */
import { Fault, type FieldError } from '../../platform/fault.ts'
import { nearest } from '../../platform/nearest.ts'
import { describeTool } from '../description.ts'
import type { Catalogue } from '../invocation.ts'
import { type Reference, referencesIn } from './references.ts'
import type { Pipeline, PipelineStep } from './spec.ts'

/** The steps in an order in which each comes after what it needs. Throws `invalid_input` with every mistake. */
export function checkPipeline(pipeline: Pipeline, catalogue: Catalogue): readonly PipelineStep[] {
  const errors = [...duplicates(pipeline), ...pipeline.steps.flatMap((step, index) => stepErrors(step, index, pipeline, catalogue))]
  if (errors.length === 0) return inOrder(pipeline)
  const words = errors.map(({ message }) => message).join(' ')
  throw new Fault('invalid_input', `Pipeline '${pipeline.name}' cannot run. ${words}`, { errors })
}

function duplicates({ steps }: Pipeline): readonly FieldError[] {
  return steps.flatMap(({ id }, index) =>
    steps.findIndex((other) => other.id === id) < index ? [{ path: `steps.${index}.id`, message: `Two steps are called '${id}'.` }] : [],
  )
}

function stepErrors(step: PipelineStep, index: number, pipeline: Pipeline, catalogue: Catalogue): readonly FieldError[] {
  const { id, tool, input, needs } = step
  const path = `steps.${index}`
  const known = catalogue.list().find(({ name }) => name === tool)
  if (!known) {
    const near = nearest(
      tool,
      catalogue.list().map(({ name }) => name),
    )
    return [
      {
        path: `${path}.tool`,
        message: `Step '${id}' calls '${tool}', which is no tool.${near.length > 0 ? ` Did you mean ${near.join(', ')}?` : ''}`,
      },
    ]
  }
  const wrong = (place: string, message: string): FieldError => ({ path: `${path}.${place}`, message: `Step '${id}': ${message}` })
  const missing = needs
    .filter((name) => !pipeline.steps.some((other) => other.id === name))
    .map((name) => wrong('needs', `there is no step '${name}' to need.`))
  const fields = propertiesOf(describeTool(known).input)
  const unknown = fields
    ? Object.keys(input)
        .filter((name) => !Object.hasOwn(fields, name))
        .map((name) => wrong(`input.${name}`, `${tool} has no field '${name}'; it has ${Object.keys(fields).join(', ') || 'none'}.`))
    : []
  try {
    const bad = referencesIn(input).flatMap((reference) => referenceErrors(reference, pipeline, catalogue))
    return [...missing, ...unknown, ...bad.map((message) => wrong('input', message))]
  } catch (error) {
    return [...missing, ...unknown, wrong('input', error instanceof Error ? error.message : String(error))]
  }
}

function referenceErrors({ text, kind, name, path }: Reference, { steps, params }: Pipeline, catalogue: Catalogue): readonly string[] {
  if (kind === 'params')
    return Object.hasOwn(params, name)
      ? []
      : [`${text} refers to a parameter that is not declared; declared are ${Object.keys(params).join(', ') || 'none'}.`]
  const step = steps.find(({ id }) => id === name)
  if (!step) return [`${text} refers to a step that is not there; there are ${steps.map(({ id }) => id).join(', ')}.`]
  const tool = catalogue.list().find((known) => known.name === step.tool)
  const gives = tool && propertiesOf(describeTool(tool).output)
  const [field] = path
  if (!gives || field === undefined || Object.hasOwn(gives, field)) return []
  return [`${text} leads nowhere: ${step.tool} gives ${Object.keys(gives).join(', ')}.`]
}

function propertiesOf({ properties, additionalProperties }: Readonly<Record<string, unknown>>): object | undefined {
  const open = additionalProperties !== undefined && additionalProperties !== false
  return typeof properties === 'object' && properties !== null && !open ? properties : undefined
}

/** Kahn 1962, taking the first ready step of the list each time, so that the order is the author's where it is free. */
function inOrder({ name, steps }: Pipeline): readonly PipelineStep[] {
  const waiting = [...steps]
  const done = new Set<string>()
  const order: PipelineStep[] = []
  while (waiting.length > 0) {
    const ready = waiting.findIndex((step) => before(step).every((id) => done.has(id)))
    const [step] = ready < 0 ? [] : waiting.splice(ready, 1)
    if (!step) {
      const circle = waiting.map(({ id }) => id).join(', ')
      throw new Fault(
        'invalid_input',
        `Pipeline '${name}' cannot run. The steps ${circle} wait for each other; take one reference or need away.`,
      )
    }
    order.push(step)
    done.add(step.id)
  }
  return order
}

function before({ needs, input }: PipelineStep): readonly string[] {
  return [...needs, ...referencesIn(input).flatMap(({ kind, name }) => (kind === 'steps' ? [name] : []))]
}
