/** What a newcomer could say next: examples of the catalogue that work on what this workspace holds, one of each sort. */
import type { PlannerTool, World } from './contract.ts'
import { findColumns, findEntities } from './entities.ts'

interface Example {
  readonly says: string
  /** Names of this workspace that it speaks of. */
  readonly names: number
  readonly tool: PlannerTool
  readonly input: unknown
}

/** What is here, something about a thing of this workspace, a question to the documents, and something new; the shortest of each. */
export function suggestions(catalogue: readonly PlannerTool[], world: World): readonly string[] {
  const examples = catalogue.flatMap((tool) => tool.examples.slice(0, 1).map(({ says, input }) => ({ tool, says, input })))
  const known = examples.map((example): Example => ({ ...example, names: namesSpoken(example.says, world) }))
  const asking = known.filter(({ tool, says }) => tool.effect === 'read' && says.endsWith('?'))
  const sorts: readonly (readonly Example[])[] = [
    asking.filter(({ input }) => valuesOf(input).length === 0),
    asking.filter(({ input, says, names }) => names > 0 && grounded(input, says, world)),
    world.collections.length === 0 ? [] : asking.filter(({ input, says }) => valuesOf(input).includes(says)),
    known.filter(({ tool, input, says, names }) => tool.effect === 'create' && names > 1 && grounded(input, says, world)),
  ]
  return sorts.flatMap((sort) => [...sort].sort((left, right) => left.says.length - right.says.length).slice(0, 1)).map(({ says }) => says)
}

function namesSpoken(says: string, world: World): number {
  const things = findEntities(says, world)
  return things.length + findColumns(says, world, things).length
}

/** Whatever name the call would take is said, or stands in this workspace. */
function grounded(input: unknown, says: string, world: World): boolean {
  const names = new Set([
    ...Object.keys(world.datasets),
    ...Object.values(world.datasets).flat(),
    ...Object.keys(world.models),
    ...world.collections,
    ...world.pipelines,
  ])
  return valuesOf(input).every(
    (value) => typeof value !== 'string' || names.has(value) || says.toLowerCase().includes(value.toLowerCase().replaceAll('_', ' ')),
  )
}

function valuesOf(input: unknown): readonly unknown[] {
  return typeof input === 'object' && input !== null ? Object.values(input).flat() : []
}
