/** The names of a workspace, read through the tools that list them, as whoever asks. */
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { Fault } from '../platform/fault.ts'
import type { Waist } from '../tools/waist.ts'
import type { World } from './planner/contract.ts'

const datasets = z.object({ datasets: z.array(z.object({ name: z.string(), columns: z.array(z.object({ name: z.string() })) })) })
const models = z.object({ models: z.array(z.object({ model: z.string(), version: z.number(), stage: z.string().optional() })) })
const runs = z.object({ runs: z.array(z.object({ run: z.string() })) })
const collections = z.object({ collections: z.array(z.object({ collection: z.string() })) })
const pipelines = z.object({ pipelines: z.array(z.object({ pipeline: z.string() })) })

/** What cannot be listed — the tool is absent, or the caller may not use it — is simply not known. */
export async function readWorld(
  { catalogue, invoke }: Waist,
  { caller, signal }: { readonly caller: Caller; readonly signal: AbortSignal },
): Promise<World> {
  const known = new Set(catalogue.list().map(({ name }) => name))
  const read = async <T>(tool: string, schema: z.ZodType<T>, input: unknown = {}): Promise<T | undefined> => {
    if (!known.has(tool)) return undefined
    try {
      const outcome = await invoke({ tool, input, caller, signal })
      return outcome.kind === 'done' ? schema.safeParse(outcome.data).data : undefined
    } catch (error) {
      if (error instanceof Fault && error.code !== 'cancelled') return undefined
      throw error
    }
  }
  const found = {
    datasets: await read('list_datasets', datasets),
    models: await read('list_models', models),
    runs: await read('list_runs', runs),
    collections: await read('list_collections', collections),
    pipelines: await read('list_pipelines', pipelines),
  }
  return {
    datasets: Object.fromEntries((found.datasets?.datasets ?? []).map(({ name, columns }) => [name, columns.map((column) => column.name)])),
    models: modelsOf(found.models?.models ?? []),
    runs: (found.runs?.runs ?? []).map(({ run }) => run),
    collections: (found.collections?.collections ?? []).map(({ collection }) => collection),
    pipelines: (found.pipelines?.pipelines ?? []).map(({ pipeline }) => pipeline),
    suites: [],
  }
}

function modelsOf(rows: z.infer<typeof models>['models']): World['models'] {
  const byModel = Map.groupBy(rows, ({ model }) => model)
  return Object.fromEntries(
    [...byModel].map(([model, versions]) => {
      const production = versions.find(({ stage }) => stage === 'production')?.version ?? null
      return [model, { versions: versions.map(({ version }) => version).sort((left, right) => left - right), production }]
    }),
  )
}
