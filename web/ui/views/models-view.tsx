/** Models: registered versions, where they are live, and what can be done with them. */
import type { JSX } from 'react'
import { readTool } from '../api.ts'
import { byHeadline } from '../format.ts'
import { Drawer } from '../frame/drawer.tsx'
import { isRecord, type Json, listAt, textAt } from '../json.ts'
import { useResource } from '../resource.ts'
import { Result } from '../results/result.tsx'
import { go, hrefOf } from '../router.ts'
import { Detail } from './detail.tsx'
import { Page } from './page.tsx'
import { ToolList } from './tool-list.tsx'

export function ModelsView({ item }: { readonly item: string | undefined }): JSX.Element {
  return (
    <Page
      title="Models"
      about="Registered versions, their stage, and what serves right now."
      actions={
        <a className="button primary" href={hrefOf('tools', 'train_model')}>
          Train a model
        </a>
      }
    >
      <ToolList
        tool="list_models"
        list="models"
        hrefOf={(row) => {
          const name = nameOf(row)
          return name === undefined ? undefined : hrefOf('models', name)
        }}
        empty={
          <>
            <h2>No models yet</h2>
            <p className="muted">Train one, then register its run under a name.</p>
            <a className="button primary" href={hrefOf('tools', 'train_model')}>
              Train a model
            </a>
          </>
        }
        row={overview}
      />
      {item !== undefined && <ModelDrawer model={item} />}
    </Page>
  )
}

function nameOf(row: unknown): string | undefined {
  return textAt(row, 'name') ?? textAt(row, 'model')
}

/** What one compares at a glance. */
function overview({ model, version, stage, algorithm, target, dataset, metrics, created_at }: Json): Json {
  const first = isRecord(metrics) ? Object.fromEntries(byHeadline(Object.entries(metrics)).slice(0, 2)) : {}
  return { model, version, stage, algorithm, target, dataset, ...first, created_at }
}

/** The columns a model learned from, without values: a person fills them in instead of having to know their names. */
function blankRecord(model: unknown, datasets: unknown): { readonly record?: Json } {
  const [name] = (textAt(model, 'dataset') ?? '').split('@')
  const dataset = listAt(datasets, 'datasets').find((one) => textAt(one, 'name') === name)
  const columns = listAt(dataset, 'columns').flatMap((column) => textAt(column, 'name') ?? [])
  const features = columns.filter((column) => column !== textAt(model, 'target'))
  return features.length === 0 ? {} : { record: Object.fromEntries(features.map((column) => [column, null])) }
}

/** Values of a form that are no texts. */
const inputOf = (input: Json): Readonly<Record<string, string>> => ({ input: JSON.stringify(input) })

/** The dataset it was trained on, at its newest: a start for a form that needs known answers. */
function learnedFrom(model: unknown): { readonly dataset?: string } {
  const [name] = (textAt(model, 'dataset') ?? '').split('@')
  return name === undefined || name === '' ? {} : { dataset: name }
}

function ModelDrawer({ model }: { readonly model: string }): JSX.Element {
  const { value } = useResource('list_models {}', (signal) => readTool('list_models', {}, signal), ['call', 'run'])
  const record = listAt(value, 'models').filter((row) => nameOf(row) === model)
  const { value: data } = useResource('list_datasets {}', (signal) => readTool('list_datasets', {}, signal))
  const [first] = record
  const blank = blankRecord(first, data)
  const predict = inputOf({ model, ...blank })
  const actions: readonly (readonly [tool: string, words: string, params: Readonly<Record<string, string>>])[] = [
    ['predict', 'Predict', predict],
    ['deploy_model', 'Deploy', { model }],
    ['promote_model', 'Promote', { model }],
    ['set_traffic', 'Traffic', { model }],
    ['rollback_model', 'Roll back', { model }],
    ['evaluate_model', 'Evaluate', { model, ...learnedFrom(first) }],
    ['explain_prediction', 'Explain', predict],
    ['feature_importance', 'Importance', inputOf({ model, points: 200 })],
    ['fairness_report', 'Fairness', { model, ...learnedFrom(first) }],
    ['export_model', 'Export', { model, format: 'onnx' }],
  ]
  return (
    <Drawer title={model} subtitle="Model" onClose={() => go(hrefOf('models'))}>
      <div className="actions">
        {actions.map(([tool, words, params], index) => (
          <a key={tool} className={index === 0 ? 'button primary' : 'button'} href={hrefOf('tools', tool, params)}>
            {words}
          </a>
        ))}
      </div>
      {record.length > 0 && (
        <section>
          <h3 className="detail-title">{record.length > 1 ? 'Versions' : 'Model'}</h3>
          <Result data={record.length > 1 ? record : record[0]} />
        </section>
      )}
      <Detail title="Live" tool="deployment_status" input={{ model }} />
    </Drawer>
  )
}
