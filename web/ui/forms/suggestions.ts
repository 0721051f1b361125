/** Names a field may take, read from the workspace: a field called `dataset` is offered the datasets. */
import { readTool } from '../api.ts'
import { listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'

interface Source {
  readonly tool: string
  readonly list: string
  readonly key: string
}

const sources: Readonly<Record<string, Source>> = {
  dataset: { tool: 'list_datasets', list: 'datasets', key: 'name' },
  reference: { tool: 'list_datasets', list: 'datasets', key: 'name' },
  model: { tool: 'list_models', list: 'models', key: 'name' },
  collection: { tool: 'list_collections', list: 'collections', key: 'name' },
  run: { tool: 'list_runs', list: 'runs', key: 'run' },
  runs: { tool: 'list_runs', list: 'runs', key: 'run' },
}

/** Offers only; whatever is typed is sent as it stands. Empty while loading and for fields that name nothing. */
export function useSuggestions(key: string): readonly string[] {
  const source = sources[key]
  const { value } = useResource(`suggest ${source?.tool ?? ''}`, async (signal) => {
    if (source === undefined) return []
    const data = await readTool(source.tool, {}, signal)
    return listAt(data, source.list).flatMap((item) => textAt(item, source.key) ?? textAt(item, source.list.slice(0, -1)) ?? [])
  })
  return value ?? []
}
