/** Names a field may take, read from the workspace: a field called `dataset` is offered the datasets. */
import { readTool } from '../api.ts'
import { listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'

interface Source {
  readonly tool: string
  readonly list: string
  readonly key: string
  /** The names are those of a list inside each item. */
  readonly inner?: string
}

const columns: Source = { tool: 'list_datasets', list: 'datasets', key: 'name', inner: 'columns' }

const sources: Readonly<Record<string, Source>> = {
  dataset: { tool: 'list_datasets', list: 'datasets', key: 'name' },
  reference: { tool: 'list_datasets', list: 'datasets', key: 'name' },
  model: { tool: 'list_models', list: 'models', key: 'model' },
  collection: { tool: 'list_collections', list: 'collections', key: 'collection' },
  run: { tool: 'list_runs', list: 'runs', key: 'run' },
  target: columns,
  columns,
  fold_column: columns,
  time_column: columns,
  stratify_by: columns,
  sensitive: columns,
  runs: { tool: 'list_runs', list: 'runs', key: 'run' },
}

/** Offers only; whatever is typed is sent as it stands. Empty while loading and for fields that name nothing. */
export function useSuggestions(key: string): readonly string[] {
  const source = sources[key]
  const { value } = useResource(`suggest ${JSON.stringify(source)}`, async (signal) => {
    if (source === undefined) return []
    const data = await readTool(source.tool, {}, signal)
    const list = listAt(data, source.list)
    const items = source.inner === undefined ? list : list.flatMap((item) => listAt(item, source.inner ?? ''))
    const names = items.flatMap((item) => textAt(item, source.key) ?? [])
    return [...new Set(names)]
  })
  return value ?? []
}
