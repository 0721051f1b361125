/** Every example in the documentation is run, in the order a newcomer would: the story of one model and one handbook. */
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allTools } from './catalogue.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'

const story = [
  'ingest_data',
  'list_datasets',
  'profile_data',
  'validate_data',
  'query_data',
  'prepare_data',
  'split_data',
  'export_data',
  'train_model',
  'tune_model',
  'list_runs',
  'compare_runs',
  'reproduce_run',
  'register_model',
  'list_models',
  'evaluate_model',
  'fairness_report',
  'export_model',
  'import_model',
  'promote_model',
  'retrain_model',
  'deploy_model',
  'set_traffic',
  'predict',
  'recommend_items',
  'explain_prediction',
  'inspect_network',
  'feature_importance',
  'partial_dependence',
  'record_outcome',
  'batch_predict',
  'deployment_status',
  'check_drift',
  'get_lineage',
  'search_catalog',
  'rollback_model',
  'save_pipeline',
  'run_pipeline',
  'pipeline_status',
  'list_pipelines',
  'schedule_pipeline',
  'ingest_documents',
  'add_documents',
  'list_collections',
  'list_documents',
  'search_documents',
  'embed_texts',
  'tune_search',
  'ask_documents',
  'record_feedback',
  'list_feedback',
  'get_document',
  'reindex_collection',
  'set_document_readers',
  'export_collection',
  'import_collection',
  'audit_log',
  'verify_audit',
  'run_eval',
  'stop_agents',
  'resume_agents',
  'list_mcp_servers',
  'trust_mcp_server',
  'delete_documents',
  'delete_model',
]

describe('the examples of every tool', () => {
  let millrace: TestMillrace
  const ids = new Map<string, string>()
  beforeAll(async () => {
    millrace = await openTestMillrace()
    await cp(join(import.meta.dirname, '../examples/sample'), join(millrace.folder, 'examples/sample'), { recursive: true })
  })
  afterAll(() => millrace.close())

  it('are told for every tool of the catalogue', () => {
    expect([...story].sort()).toEqual(allTools.map(({ name }) => name).sort())
  })

  it.each(story)('%s', async (name) => {
    const tool = millrace.catalogue.get(name)
    if (name === 'recommend_items') await registerRecommender()
    if (name === 'inspect_network') await registerNetwork()
    // A folder of cases, a file, the hash of what a foreign server said: no documentation can name them for its reader.
    expect(tool.examples.length > 0 || ['run_eval', 'import_collection', 'trust_mcp_server'].includes(name)).toBe(true)
    for (const { input } of tool.examples) {
      const data = await runExample(name, JSON.parse(withIds(JSON.stringify(input))))
      remember(data)
    }
  })

  /** The story tells of one model that predicts; what people bought is another. */
  async function registerRecommender(): Promise<void> {
    await millrace.call('ingest_data', { source: 'examples/sample/purchases.csv', name: 'purchases' })
    const { run } = await millrace.call<{ run: string }>('train_model', {
      dataset: 'purchases',
      algorithm: 'recommender',
      params: { factors: 4 },
    })
    await millrace.call('register_model', { run, name: 'likes' })
  }

  /** And the story's model is no network. */
  async function registerNetwork(): Promise<void> {
    const { run } = await millrace.call<{ run: string }>('train_model', {
      ...{ dataset: 'customers', target: 'churned', algorithm: 'neural_network' },
      params: { hidden_layers: [8], max_epochs: 5 },
      folds: 2,
    })
    await millrace.call('register_model', { run, name: 'churn-network' })
  }

  /** A delete asks the person once more; saying yes is part of the example. */
  async function runExample(tool: string, input: unknown): Promise<unknown> {
    const request = { tool, input, caller: millrace.owner, idempotencyKey: JSON.stringify([tool, input]) }
    const outcome = await millrace.invoke(request)
    if (outcome.kind === 'waiting') {
      await millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    }
    const done = outcome.kind === 'done' ? outcome : await millrace.invoke(request)
    if (done.kind !== 'done') throw new Error(`${tool} is ${done.kind}`)
    expect(done.content.length).toBeGreaterThan(10)
    return done.data
  }

  /** run_1, run_2 and prediction_1 stand for ids that only a run of the story knows. */
  function remember(data: unknown): void {
    if (typeof data !== 'object' || data === null) return
    if ('run' in data && typeof data.run === 'string' && !ids.has('run_2')) ids.set(ids.has('run_1') ? 'run_2' : 'run_1', data.run)
    if ('answer_id' in data && typeof data.answer_id === 'string') ids.set('answer_1', data.answer_id)
    if ('prediction_ids' in data && Array.isArray(data.prediction_ids)) ids.set('prediction_1', String(data.prediction_ids[0]))
  }

  function withIds(text: string): string {
    return [...ids].reduce((replaced, [placeholder, id]) => replaced.replaceAll(`"${placeholder}"`, JSON.stringify(id)), text)
  }
})
