/** The whole story on real input: each step calls a tool, then asks another tool whether the effect is really there. */
import { basename, extname } from 'node:path'
import { z } from 'zod'
import { Fault } from '../platform/fault.ts'
import { keywords, type Records, shiftNumbers } from './demo-material.ts'

export interface DemoParts {
  /** Calls a tool as the person at this terminal and waits for its data. */
  readonly call: (tool: string, input: unknown) => Promise<unknown>
  readonly data: string
  readonly target: string
  readonly docs: string
  /** One line per finished step. */
  readonly say: (line: string) => void
  /** Tells runs of the demo apart, so that it can run again on the same workspace. */
  readonly suffix: string
}

interface Story extends DemoParts {
  readonly dataset: string
  readonly model: string
  readonly collection: string
}

/** Throws the first Fault, and when an effect that was reported cannot be found afterwards. */
export async function runDemo(parts: DemoParts): Promise<void> {
  const base = basename(parts.data, extname(parts.data)).replaceAll(/[^A-Za-z0-9_]/g, '_')
  const story: Story = { ...parts, dataset: base, model: `${base}-${parts.target}-${parts.suffix}`, collection: `docs-${parts.suffix}` }
  const sets = await loadData(story)
  const best = await trainModels(story, sets)
  const records = await serveTraffic(story, { test: sets.test })
  await detectDrift(story, records)
  await retrain(story, best)
  await askDocuments(story)
}

const step = async <T>(story: Story, title: string, work: () => Promise<readonly [T, string]>): Promise<T> => {
  const started = performance.now()
  const [value, words] = await work()
  story.say(`${title.padEnd(14)} ${((performance.now() - started) / 1000).toFixed(1).padStart(5)} s  ${words}`)
  return value
}

async function ask<S extends z.ZodType>(story: Story, tool: string, input: unknown, shape: S): Promise<z.output<S>> {
  const parsed = shape.safeParse(await story.call(tool, input))
  if (!parsed.success) throw new Fault('internal', `${tool} answered in a shape the demo does not know.`, { cause: parsed.error })
  return parsed.data
}

function really(found: boolean, what: string): void {
  if (!found) throw new Fault('gate_not_met', `The demo stopped: ${what}.`)
}

const stored = z.object({ name: z.string(), version: z.number(), rows: z.number() })
const datasets = z.object({ datasets: z.array(stored) })

async function loadData(story: Story): Promise<{ readonly full: string; readonly train: string; readonly test: string }> {
  const loaded = await step(story, 'load', async () => {
    const dataset = await ask(story, 'ingest_data', { source: story.data, name: story.dataset }, stored)
    const { datasets: known } = await ask(story, 'list_datasets', {}, datasets)
    really(
      known.some(({ name, rows }) => name === dataset.name && rows === dataset.rows),
      `dataset ${dataset.name} is not listed`,
    )
    return [dataset, `${dataset.rows} rows as ${dataset.name}@${dataset.version}`]
  })
  const full = `${loaded.name}@${loaded.version}`
  await step(story, 'profile', async () => {
    const profile = await ask(
      story,
      'profile_data',
      { dataset: full },
      z.object({ columns: z.array(z.unknown()), warnings: z.array(z.unknown()) }),
    )
    return [profile, `${profile.columns.length} columns, ${profile.warnings.length} warnings`]
  })
  await step(story, 'validate', async () => {
    const report = await ask(
      story,
      'validate_data',
      { dataset: full },
      z.object({ passed: z.boolean(), results: z.array(z.object({ passed: z.boolean() })) }),
    )
    really(report.results.length > 0, 'validate_data checked nothing')
    return [report, `${report.results.filter(({ passed }) => passed).length} of ${report.results.length} expectations hold`]
  })
  const split = await step(story, 'split', async () => {
    const input = { dataset: full, test_size: 0.2, stratify_by: story.target, seed: 7 }
    const sets = await ask(story, 'split_data', input, z.object({ train: z.string().or(stored), test: z.string().or(stored) }))
    return [sets, `${nameOf(sets.train)} and ${nameOf(sets.test)}`]
  })
  return { full, train: nameOf(split.train), test: nameOf(split.test) }
}

const nameOf = (set: string | z.output<typeof stored>): string => (typeof set === 'string' ? set : `${set.name}@${set.version}`)

const trained = z.object({ run: z.string(), algorithm: z.string(), metrics: z.record(z.string(), z.number().nullable()) })
const version = z.object({ model: z.string(), version: z.number() })

async function trainModels(
  story: Story,
  { train, test, full }: { readonly train: string; readonly test: string; readonly full: string },
): Promise<string> {
  const runs: z.output<typeof trained>[] = []
  for (const algorithm of ['tree', 'gradient_boosting']) {
    runs.push(
      await step(story, 'train', async () => {
        const run = await ask(story, 'train_model', { dataset: train, target: story.target, algorithm, folds: 3, seed: 7 }, trained)
        return [run, `${algorithm}: ${headline(run.metrics)}`]
      }),
    )
  }
  const [first, second] = runs
  if (!first || !second) throw new Fault('internal', 'The demo trained nothing.')
  await step(story, 'compare', async () => {
    const compared = await ask(
      story,
      'compare_runs',
      { runs: [first.run, second.run] },
      z.object({ runs: z.array(z.object({ run: z.string() })) }),
    )
    really(compared.runs.length === 2, 'compare_runs does not know both runs')
    return [compared, runs.map(({ algorithm, metrics }) => `${algorithm} ${headline(metrics)}`).join(' against ')]
  })
  for (const [index, run] of runs.entries()) {
    await step(story, 'register', async () => {
      const registered = await ask(story, 'register_model', { run: run.run, name: story.model }, version)
      really(registered.version === index + 1, `version ${registered.version} was registered where ${index + 1} was expected`)
      return [registered, `${registered.model} version ${registered.version} (${run.algorithm})`]
    })
  }
  await step(story, 'evaluate', async () => {
    const report = await ask(
      story,
      'evaluate_model',
      { model: story.model, version: 2, dataset: test },
      z.object({ metrics: trained.shape.metrics }),
    )
    return [report, `version 2 on held-out rows: ${headline(report.metrics)}`]
  })
  return full
}

const preferred = ['roc_auc', 'accuracy', 'r2', 'rmse']

function headline(metrics: Readonly<Record<string, number | null>>): string {
  return preferred
    .flatMap((name) => (typeof metrics[name] === 'number' ? [`${name} ${metrics[name].toFixed(4)}`] : []))
    .slice(0, 2)
    .join(', ')
}

const status = z.object({ model: z.string(), routes: z.array(z.object({ version: z.number(), percent: z.number(), role: z.string() })) })

async function serveTraffic(story: Story, { test }: { readonly test: string }): Promise<Records> {
  await step(story, 'deploy', async () => {
    await ask(story, 'promote_model', { model: story.model, version: 1, stage: 'production' }, z.unknown())
    await ask(story, 'deploy_model', { model: story.model, version: 1, strategy: 'full' }, z.unknown())
    await ask(story, 'deploy_model', { model: story.model, version: 2, strategy: 'canary', percent: 20 }, z.unknown())
    const live = await ask(story, 'deployment_status', { model: story.model }, status)
    really(live.routes.length === 2, 'the canary is not live beside the old version')
    return [live, live.routes.map((route) => `version ${route.version} ${route.percent} % (${route.role})`).join(', ')]
  })
  const records = await testRecords(story, test)
  await step(story, 'predict', async () => {
    const versions = await sendTraffic(story, records.slice(0, 300))
    really(versions.size === 2, `all traffic went to version ${[...versions.keys()].join(', ')}, the split does not work`)
    return [versions, [...versions].map(([number, count]) => `version ${number}: ${count} predictions`).join(', ')]
  })
  return records
}

async function testRecords(story: Story, test: string): Promise<Records> {
  const table = z.object({
    columns: z.array(z.union([z.string(), z.object({ name: z.string() })])),
    rows: z.array(z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())])),
  })
  const name = test.split('@')[0] ?? test
  const { columns, rows } = await ask(story, 'query_data', { sql: `select * from "${name}" limit 300`, limit: 300 }, table)
  const names = columns.map((column) => (typeof column === 'string' ? column : column.name))
  return rows.map((row) => {
    const entries = Array.isArray(row) ? row.map((value, index): [string, unknown] => [names[index] ?? '', value]) : Object.entries(row)
    return Object.fromEntries(entries.filter(([column]) => column !== story.target))
  })
}

const predicted = z.object({ predictions: z.array(z.unknown()), version: z.number(), prediction_ids: z.array(z.string()) })

/** One call per record, as an application sends them; counts predictions by the version that answered. */
async function sendTraffic(story: Story, records: Records): Promise<ReadonlyMap<number, number>> {
  const versions = new Map<number, number>()
  for (const record of records) {
    const answer = await ask(story, 'predict', { model: story.model, record }, predicted)
    really(answer.predictions.length === 1 && answer.prediction_ids.length === 1, 'a prediction came back without a value or an id')
    versions.set(answer.version, (versions.get(answer.version) ?? 0) + 1)
  }
  return versions
}

const drift = z.object({ drifted: z.boolean(), columns: z.array(z.object({ name: z.string(), drifted: z.boolean() })) })

async function detectDrift(story: Story, records: Records): Promise<void> {
  await step(story, 'drift, before', async () => {
    const report = await ask(story, 'check_drift', { model: story.model }, drift)
    really(!report.drifted, `drift was reported on ordinary traffic (${driftedNames(report)})`)
    return [report, `ordinary traffic: no drift in ${report.columns.length} columns`]
  })
  const shifted = shiftNumbers(records)
  await step(story, 'drift, after', async () => {
    await sendTraffic(story, shifted)
    const report = await ask(story, 'check_drift', { model: story.model, window: shifted.length }, drift)
    really(report.drifted, 'shifted traffic was not noticed')
    return [report, `shifted traffic noticed in ${driftedNames(report)}`]
  })
}

const driftedNames = (report: z.output<typeof drift>): string =>
  report.columns
    .filter((column) => column.drifted)
    .map(({ name }) => name)
    .join(', ')

async function retrain(story: Story, dataset: string): Promise<void> {
  await step(story, 'promote', async () => {
    await ask(story, 'promote_model', { model: story.model, version: 2, stage: 'production' }, z.unknown())
    await ask(story, 'deploy_model', { model: story.model, version: 2, strategy: 'full' }, z.unknown())
    const live = await ask(story, 'deployment_status', { model: story.model }, status)
    really(live.routes.length === 1 && live.routes[0]?.version === 2, 'version 2 is not the one that is live')
    return [live, 'version 2 did well as a canary and serves all traffic']
  })
  const next = await step(story, 'retrain', async () => {
    const model = await ask(story, 'retrain_model', { model: story.model, dataset }, z.object({ run: z.string(), version: z.number() }))
    return [model, `version ${model.version} on ${dataset}`]
  })
  await step(story, 'roll out', async () => {
    await ask(story, 'deploy_model', { model: story.model, version: next.version, strategy: 'full' }, z.unknown())
    const live = await ask(story, 'deployment_status', { model: story.model }, status)
    really(live.routes.length === 1 && live.routes[0]?.version === next.version, `version ${next.version} is not the one that is live`)
    return [live, `version ${next.version} serves all traffic`]
  })
  await step(story, 'roll back', async () => {
    await ask(story, 'rollback_model', { model: story.model }, z.unknown())
    const live = await ask(story, 'deployment_status', { model: story.model }, status)
    really(!live.routes.some((route) => route.version === next.version && route.percent === 100), 'the rollback changed nothing')
    return [live, `back to version ${live.routes.map((route) => route.version).join(' and ')}`]
  })
}

const hits = z.object({ hits: z.array(z.object({ document: z.string(), text: z.string(), title: z.string().nullish() })) })
const answered = z.object({
  answer: z.string(),
  abstained: z.boolean(),
  citations: z.array(z.object({ document: z.string(), quote: z.string() })),
})

async function askDocuments(story: Story): Promise<void> {
  const { collection } = story
  await step(story, 'documents', async () => {
    const counts = await ask(
      story,
      'ingest_documents',
      { path: story.docs, collection },
      z.object({ documents: z.number(), chunks: z.number() }),
    )
    really(counts.documents > 0, `no document was found in ${story.docs}`)
    return [counts, `${counts.documents} documents in ${counts.chunks} chunks`]
  })
  await step(story, 'ask', async () => {
    const { hits: found } = await ask(story, 'search_documents', { query: 'what is', collection, top_k: 5 }, hits)
    const passage = found[0]
    if (!passage) throw new Fault('gate_not_met', 'The demo stopped: the search found nothing to ask about.')
    const question = `What is said about ${keywords(passage.text).join(' ')}?`
    const answer = await ask(story, 'ask_documents', { question, collection }, answered)
    const [citation] = answer.citations
    if (answer.abstained || !citation) throw new Fault('gate_not_met', `The demo stopped: '${question}' was not answered with a citation.`)
    return [answer, `"${question}" → "${citation.quote.slice(0, 90)}" [${citation.document}]`]
  })
  await step(story, 'abstain', async () => {
    const answer = await ask(story, 'ask_documents', { question: 'Which zyqqor did the blivvet frobnicate?', collection }, answered)
    really(answer.abstained, 'a question about nothing was answered')
    return [answer, 'a question the documents do not answer is not answered']
  })
}
