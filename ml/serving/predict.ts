/** Answers records with whatever version their route names, and logs every answer before giving it. */
import type { Blobs } from '../../platform/blobs.ts'
import { canonicalJson } from '../../platform/canonical.ts'
import type { Queryable } from '../../platform/database/database.ts'
import { asFault, Fault } from '../../platform/fault.ts'
import { type Prediction, predictRecords } from '../models/model.ts'
import { loadModel } from '../registry/model-cache.ts'
import { getModelVersion, type ModelVersion } from '../registry/registry.ts'
import { currentDeployment } from './deployments.ts'
import { type LoggedPrediction, logPredictions } from './prediction-log.ts'
import { chooseRoute, type Route } from './routes.ts'

export interface PredictRequest {
  readonly model: string
  readonly records: readonly Readonly<Record<string, unknown>>[]
  /** Asks this version whatever the routes say. */
  readonly version?: number
  /** Names who is asked about, so that all their records take one route; each record is its own key when absent. */
  readonly key?: string
}

export interface Serving {
  readonly db: Queryable
  readonly blobs: Blobs
  readonly workspace: string
  readonly now: () => Date
  readonly newId: (prefix: string) => string
}

export interface Answer extends Prediction {
  readonly id: string
  readonly version: number
}

/** In the order of the records. Throws `not_found`, or `invalid_input` naming the record and field that does not fit. */
export async function predict({ db, blobs, workspace, now, newId }: Serving, request: PredictRequest): Promise<readonly Answer[]> {
  const { model, records } = request
  const at = now()
  const asked = await assign(db, workspace, request)
  const answers: Answer[] = []
  const log: LoggedPrediction[] = []
  try {
    for (const { route, rows } of asked) {
      const target = await getModelVersion(db, workspace, model, route.version)
      const part = rows.map((row) => records[row] ?? {})
      const given = await answer({ blobs, target, part })
      for (const [index, record] of part.entries()) {
        const id = newId('prediction')
        log.push({ id, version: route.version, role: route.role, record, ms: given.ms, ...outputAt(given, index) })
        const output = given.outputs?.[index]
        const row = rows[index]
        if (output && row !== undefined && route.role !== 'shadow') answers[row] = { id, version: route.version, ...output }
      }
      if (given.fault && route.role !== 'shadow') throw given.fault
    }
  } finally {
    await logPredictions(db, workspace, { model, at, predictions: log })
  }
  return answers
}

interface Assigned {
  readonly route: Pick<Route, 'version'> & Pick<LoggedPrediction, 'role'>
  /** Which records, by index. */
  readonly rows: readonly number[]
}

/** Groups the records by the version that answers them; shadows come after those whose answers are given. */
async function assign(db: Queryable, workspace: string, { model, records, version, key }: PredictRequest): Promise<readonly Assigned[]> {
  const all = records.map((_, row) => row)
  const deployment = version === undefined ? await currentDeployment(db, workspace, model) : undefined
  if (!deployment || deployment.routes.length === 0) {
    const found = await getModelVersion(db, workspace, model, version)
    return [{ route: { version: found.version, role: 'direct' }, rows: all }]
  }
  const groups = new Map<Route, number[]>(deployment.routes.map((route) => [route, []]))
  for (const [row, record] of records.entries()) {
    const choice = chooseRoute(deployment.routes, { model, key: key ?? canonicalJson(record) })
    if (!choice) throw new Fault('unavailable', `No version of '${model}' answers. Deploy one with strategy: full.`)
    for (const route of [choice.answer, ...choice.shadows]) groups.get(route)?.push(row)
  }
  return [...groups]
    .map(([route, rows]) => ({ route, rows }))
    .filter(({ rows }) => rows.length > 0)
    .sort((left, right) => Number(left.route.role === 'shadow') - Number(right.route.role === 'shadow'))
}

interface Given {
  readonly outputs?: readonly Prediction[]
  readonly fault?: Fault
  /** Milliseconds per record. */
  readonly ms: number
}

async function answer({
  blobs,
  target,
  part,
}: {
  blobs: Blobs
  target: ModelVersion
  part: readonly Readonly<Record<string, unknown>>[]
}): Promise<Given> {
  const started = performance.now()
  const spent = (): number => (performance.now() - started) / Math.max(1, part.length)
  try {
    const outputs = predictRecords(await loadModel(blobs, target.blob), part)
    return { outputs, ms: spent() }
  } catch (error) {
    return { fault: asFault(error), ms: spent() }
  }
}

function outputAt({ outputs, fault }: Given, index: number): Pick<LoggedPrediction, 'output' | 'error'> {
  const output = outputs?.[index]
  return output ? { output } : { error: fault?.message ?? 'no answer' }
}
