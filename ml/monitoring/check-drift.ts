/** What is compared with what: a dataset with another, a dataset with a model's training data, or a model's live traffic with it. */
import type { Blobs } from '../../platform/blobs.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { Fault } from '../../platform/fault.ts'
import { type Dataset, getDataset } from '../data/datasets.ts'
import type { Frame } from '../data/frame.ts'
import { loadFrame } from '../data/frame-reader.ts'
import { getModelVersion, type ModelVersion, referenceOf } from '../registry/registry.ts'
import { currentDeployment } from '../serving/deployments.ts'
import { recentRecords } from '../serving/prediction-log.ts'
import { type ConceptDrift, conceptDrift } from './concept.ts'
import { type ColumnDrift, type DriftOptions, type DriftReport, detectDrift } from './drift.ts'
import { detectDriftOffLoop } from './drift-thread.ts'
import { columnOf, framesOfRecords } from './live-frame.ts'

export interface DriftQuestion extends Pick<DriftOptions, 'method' | 'mode' | 'threshold'> {
  readonly model?: string
  readonly dataset?: string
  readonly reference?: string
  /** How many of the newest live predictions are looked at. */
  readonly window?: number
}

export interface DriftAnswer extends DriftReport {
  readonly reference: string
  readonly current: string
  /** The target's own column, or live predictions against the training data's target. */
  readonly target?: ColumnDrift
  readonly concept?: ConceptDrift
}

interface Place {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
  readonly signal: AbortSignal
}

/** Rows of each side that are looked at; more would prove only smaller differences. */
const mostRows = 100_000

/** Throws `usage` when the question names nothing to compare, `not_found` for unknown names, `conflict` without live traffic. */
export async function checkDrift(place: Place, question: DriftQuestion): Promise<DriftAnswer> {
  const { model, dataset, reference } = question
  if (model === undefined && (dataset === undefined || reference === undefined))
    throw new Fault(
      'invalid_input',
      'Say what to compare: a model (its live traffic, or a dataset, with its training data), or a dataset and a reference.',
    )
  const version = model === undefined ? undefined : await servingVersion(place, model)
  const before = await getDataset(place.db, place.workspace, reference ?? (version ? referenceOf(version) : ''))
  if (dataset !== undefined)
    return compareDatasets(place, { before, after: await getDataset(place.db, place.workspace, dataset), version, question })
  if (!version) throw new Fault('invalid_input', 'Pass a dataset to compare with the reference.')
  return compareLive(place, { before, version, question })
}

/** The version live traffic is about: the one that is deployed, else the production or newest one. */
async function servingVersion({ db, workspace }: Place, model: string): Promise<ModelVersion> {
  const live = (await currentDeployment(db, workspace, model))?.routes.find(({ role }) => role === 'live')
  return getModelVersion(db, workspace, model, live?.version)
}

interface Comparison {
  readonly before: Dataset
  readonly version: ModelVersion | undefined
  readonly question: DriftQuestion
}

async function compareDatasets(
  place: Place,
  { before, after, version, question }: Comparison & { readonly after: Dataset },
): Promise<DriftAnswer> {
  const target = version?.signature.target
  const names = version ? version.signature.inputs.map(({ name }) => name) : before.columns.map(({ name }) => name)
  const shared = [...names, ...(target === undefined ? [] : [target])].filter((name) =>
    [before, after].every(({ columns }) => columns.some((column) => column.name === name)),
  )
  if (shared.length === 0)
    throw new Fault('invalid_input', `'${before.name}' and '${after.name}' have no column in common, so there is nothing to compare.`)
  const load = (dataset: Dataset): Promise<Frame> =>
    loadFrame(dataset, { blobs: place.blobs, signal: place.signal, columns: shared, sample: mostRows })
  const [reference, current] = await Promise.all([load(before), load(after)])
  const report = await detectDriftOffLoop(reference, current, {
    ...optionsOf(question),
    signal: place.signal,
    columns: shared.filter((name) => name !== target),
  })
  const skipped = names.filter((name) => !shared.includes(name)).map((name) => ({ name, reason: 'not in both datasets' }))
  const own = target !== undefined && shared.includes(target) ? targetDrift(reference, current, target, question) : undefined
  return {
    ...report,
    skipped: [...report.skipped, ...skipped],
    reference: nameOf(before),
    current: nameOf(after),
    ...(own && { target: own }),
  }
}

async function compareLive(
  place: Place,
  { before, version, question }: Comparison & { readonly version: ModelVersion },
): Promise<DriftAnswer> {
  const window = question.window ?? 1000
  const { model, signature } = version
  const live = await recentRecords(place.db, place.workspace, { model, window })
  if (live.length < 20)
    throw new Fault(
      'conflict',
      `Model '${model}' has answered ${live.length} records, and at least 20 are needed to look for drift. Pass a dataset instead, or wait for traffic.`,
    )
  const names = [...signature.inputs.map(({ name }) => name), signature.target].filter((name) =>
    before.columns.some((column) => column.name === name),
  )
  const reference = await loadFrame(before, { blobs: place.blobs, signal: place.signal, columns: names, sample: mostRows })
  const current = framesOfRecords(
    live.map(({ record }) => record),
    signature,
  )
  const report = await detectDriftOffLoop(reference, current, {
    ...optionsOf(question),
    signal: place.signal,
    columns: signature.inputs.map(({ name }) => name),
  })
  const trained = reference.columns.find(({ name }) => name === signature.target)
  const predicted = columnOf(
    signature.target,
    trained?.type ?? 'category',
    live.map(({ output }) => output?.value),
  )
  const target =
    trained && signature.task !== 'regression'
      ? targetDrift(reference, { rows: live.length, columns: [predicted] }, signature.target, question)
      : undefined
  const concept = await conceptDrift(place.db, place.workspace, {
    model,
    version: version.version,
    metrics: version.metrics,
    window,
    threshold: 0.01,
  })
  return {
    ...report,
    drifted: report.drifted || concept?.drifted === true,
    reference: nameOf(before),
    current: `the newest ${live.length} predictions of '${model}'`,
    ...(target && { target }),
    ...(concept && { concept }),
  }
}

function targetDrift(reference: Frame, current: Frame, name: string, question: DriftQuestion): ColumnDrift | undefined {
  return detectDrift(reference, current, { ...optionsOf(question), columns: [name], joint: false }).columns[0]
}

function optionsOf({ method, mode, threshold }: DriftQuestion): DriftOptions {
  return { ...(method && { method }), ...(mode && { mode }), ...(threshold !== undefined && { threshold }) }
}

const nameOf = ({ name, version }: Dataset): string => `${name}@${version}`
