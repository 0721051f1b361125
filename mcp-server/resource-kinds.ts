/** What of a workspace can be read by URI: datasets, training runs, models, collections, documents, reports. */
import type { Resource } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { documentKind } from './document-kind.ts'
import { reportKind } from './report-kind.ts'
import { jsonContents, pageOf, type Reader, type ResourceKind } from './resource-kind.ts'
import { writeUri } from './uri-pattern.ts'

const datasets = z.looseObject({
  datasets: z.array(z.looseObject({ name: z.string(), version: z.number(), rows: z.number(), created_at: z.string().optional() })),
})
const models = z.looseObject({
  models: z.array(z.looseObject({ model: z.string(), version: z.number(), created_at: z.string().optional() })),
})
const collections = z.looseObject({
  collections: z.array(z.looseObject({ collection: z.string(), documents: z.number(), updated_at: z.string().optional() })),
})
const runs = z.looseObject({ runs: z.array(z.looseObject({ run: z.string(), algorithm: z.string(), created_at: z.string().optional() })) })
const anything = z.looseObject({})

const json = 'application/json'

const dataset: ResourceKind = {
  name: 'dataset',
  title: 'Dataset',
  description:
    'The profile of a dataset, or of one version of it (NAME@VERSION): columns with types, distributions, correlations and warnings.',
  uri: 'millrace://dataset/{dataset}',
  mimeType: json,
  through: ['list_datasets', 'profile_data'],
  list: async (reader, page) => {
    const { data } = await reader.data('list_datasets', {}, datasets)
    const { page: shown, next } = pageOf(data.datasets, ({ name }) => name, page)
    return {
      next,
      resources: shown.map(({ name, version, rows, created_at }) =>
        entry(dataset, { dataset: name }, { name, description: `Version ${version}, ${rows} rows`, at: created_at }),
      ),
    }
  },
  read: async (reader, { dataset: name = '' }, uri) => jsonContents(uri, await reader.data('profile_data', { dataset: name }, anything)),
}

const model: ResourceKind = {
  name: 'model',
  title: 'Model',
  description: 'A registered model: its versions with stages, aliases and metrics, and what is deployed.',
  uri: 'millrace://model/{model}',
  mimeType: json,
  through: ['list_models', 'deployment_status'],
  list: async (reader, page) => {
    const { data } = await reader.data('list_models', {}, models)
    const newest = new Map(data.models.toReversed().map((version) => [version.model, version]))
    const { page: shown, next } = pageOf([...newest.values()], (one) => one.model, page)
    return {
      next,
      resources: shown.map((one) =>
        entry(model, { model: one.model }, { name: one.model, description: `Newest version ${one.version}`, at: one.created_at }),
      ),
    }
  },
  read: async (reader, { model: name = '' }, uri) => {
    const { data, untrusted } = await reader.data('list_models', { model: name }, models)
    if (data.models.length === 0) throw new Fault('not_found', `There is no model '${name}'; list_models shows them.`)
    return jsonContents(uri, { data: { model: name, versions: data.models, deployment: await deploymentOf(reader, name) }, untrusted })
  },
}

/** Null for a model that is not in service. */
async function deploymentOf(reader: Reader, name: string): Promise<unknown> {
  try {
    return (await reader.data('deployment_status', { model: name }, anything)).data
  } catch (error) {
    if (error instanceof Fault && error.code === 'not_found') return null
    throw error
  }
}

const run: ResourceKind = {
  name: 'run',
  title: 'Training run',
  description: 'A training: dataset, parameters, folds and metrics.',
  uri: 'millrace://run/{run}',
  mimeType: json,
  through: ['list_runs', 'compare_runs'],
  list: async (reader, page) => {
    const { data } = await reader.data('list_runs', { limit: 500 }, runs)
    const { page: shown, next } = pageOf(data.runs, (one) => one.run, page)
    return {
      next,
      resources: shown.map((one) => entry(run, { run: one.run }, { name: one.run, description: one.algorithm, at: one.created_at })),
    }
  },
  read: async (reader, { run: id = '' }, uri) => {
    // Compared with itself it is shown alone.
    const { data, untrusted } = await reader.data('compare_runs', { runs: [id, id] }, runs)
    return jsonContents(uri, { data: data.runs[0], untrusted })
  },
}

const collection: ResourceKind = {
  name: 'collection',
  title: 'Collection',
  description: 'A collection of documents: how many the caller may read, in which languages, and by what they are embedded.',
  uri: 'millrace://collection/{collection}',
  mimeType: json,
  through: ['list_collections'],
  list: async (reader, page) => {
    const { data } = await reader.data('list_collections', {}, collections)
    const { page: shown, next } = pageOf(data.collections, (one) => one.collection, page)
    return {
      next,
      resources: shown.map((one) =>
        entry(
          collection,
          { collection: one.collection },
          { name: one.collection, description: `${one.documents} documents`, at: one.updated_at },
        ),
      ),
    }
  },
  read: async (reader, { collection: name = '' }, uri) => {
    const { data, untrusted } = await reader.data('list_collections', {}, collections)
    const found = data.collections.find((one) => one.collection === name)
    if (!found) throw new Fault('not_found', `There is no collection '${name}'; list_collections shows them.`)
    return jsonContents(uri, { data: found, untrusted })
  },
}

/** In the order they are listed. Documents come last: there may be many. */
export const resourceKinds: readonly ResourceKind[] = [dataset, model, run, collection, reportKind, documentKind]

function entry(
  { uri, mimeType }: ResourceKind,
  values: Readonly<Record<string, string>>,
  { name, description, at }: { readonly name: string; readonly description: string; readonly at: string | undefined },
): Resource {
  return { uri: writeUri(uri, values), name, description, mimeType, ...(at === undefined ? {} : { annotations: { lastModified: at } }) }
}
