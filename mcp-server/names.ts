/** The names of a workspace, by what they name: for completing arguments of prompts and variables of resource URIs. */
import { z } from 'zod'
import { documentIds } from './document-kind.ts'
import { reportKind } from './report-kind.ts'
import type { Reader } from './resource-kind.ts'

/** What was filled in already: a column is one of its dataset, a version one of its model. */
type Known = Readonly<Record<string, string>>

const datasets = z.looseObject({
  datasets: z.array(z.looseObject({ name: z.string(), columns: z.array(z.looseObject({ name: z.string() })) })),
})
const models = z.looseObject({ models: z.array(z.looseObject({ model: z.string(), version: z.number() })) })
const runs = z.looseObject({ runs: z.array(z.looseObject({ run: z.string() })) })
const collections = z.looseObject({ collections: z.array(z.looseObject({ collection: z.string() })) })

const sources = {
  dataset: async (reader: Reader) => (await reader.data('list_datasets', {}, datasets)).data.datasets.map(({ name }) => name),
  column: async (reader: Reader, { dataset }: Known) => {
    const { data } = await reader.data('list_datasets', {}, datasets)
    const columns = data.datasets.filter(({ name }) => dataset === undefined || name === dataset).flatMap(({ columns }) => columns)
    return columns.map(({ name }) => name)
  },
  model: async (reader: Reader) => (await reader.data('list_models', {}, models)).data.models.map(({ model }) => model),
  version: async (reader: Reader, { model }: Known) =>
    model === undefined ? [] : (await reader.data('list_models', { model }, models)).data.models.map(({ version }) => String(version)),
  run: async (reader: Reader) => (await reader.data('list_runs', { limit: 500 }, runs)).data.runs.map(({ run }) => run),
  collection: async (reader: Reader) =>
    (await reader.data('list_collections', {}, collections)).data.collections.map(({ collection }) => collection),
  document: async (reader: Reader, { collection = '' }: Known, typed: string) => documentIds(reader, collection, typed),
  report: async (reader: Reader) => (await reportKind.list(reader, { after: undefined, most: 500 })).resources.map(({ name }) => name),
} satisfies Record<string, (reader: Reader, known: Known, typed: string) => Promise<readonly string[]>>

export type NameSource = keyof typeof sources

/** Those that begin with what was typed, then those that hold it; in order, each once. */
export async function namesLike(
  reader: Reader,
  source: NameSource,
  { typed, known }: { readonly typed: string; readonly known: Known },
): Promise<readonly string[]> {
  const all = [...new Set(await sources[source](reader, known, typed))]
  const wanted = typed.toLowerCase()
  const beginning = all.filter((name) => name.toLowerCase().startsWith(wanted))
  const holding = all.filter((name) => !name.toLowerCase().startsWith(wanted) && name.toLowerCase().includes(wanted))
  return [...beginning, ...holding]
}
