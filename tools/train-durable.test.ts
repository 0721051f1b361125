/** A training as a durable run: cancelled in the middle of a fit, and taken up again by another process. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listRunsTool } from './list-runs.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { trainModelTool } from './train-model.ts'

let millrace: TestMillrace

beforeAll(async () => {
  millrace = await openTestMillrace([trainModelTool, ingestDataTool, listRunsTool])
  const random = seededRandom(9)
  const lines = Array.from({ length: 4000 }, () => Array.from({ length: 6 }, () => random().toFixed(4)).join(','))
  const path = join(millrace.folder, 'rows.csv')
  await writeFile(path, ['a,b,c,d,e,y', ...lines].join('\n'))
  await millrace.call('ingest_data', { source: path })
})

afterAll(() => millrace.close())

/** Hours of work, if nobody stops it. */
const long = { dataset: 'rows', target: 'y', algorithm: 'gradient_boosting', folds: 2, params: { n_estimators: 10_000, num_leaves: 255 } }

async function started(): Promise<string> {
  const outcome = await millrace.invoke({ tool: 'train_model', input: long, caller: millrace.owner, waitMs: 0 })
  if (outcome.kind !== 'running') throw new Error(`train_model is ${outcome.kind}`)
  const { run } = outcome
  await new Promise<void>((resolve) => {
    const stop = millrace.platform.events.subscribe((event) => {
      if (event.type !== 'run' || event.run !== run || !event.progress?.message.startsWith('Cross-validating')) return
      if ((event.progress.fraction ?? 0) === 0) return
      stop()
      resolve()
    })
  })
  return run
}

describe('a long training', () => {
  it('ends soon after it is cancelled in the middle of a fit, and leaves nothing behind', async () => {
    const run = await started()
    await millrace.platform.runs.cancel(run, 'default')
    const { state } = await millrace.platform.runs.settled(run, 'default', { ms: 30_000 })
    expect(state).toBe('cancelled')
    expect(await millrace.call('list_runs')).toEqual({ runs: [] })
    const { rows } = await millrace.platform.db.query('select job from training_checkpoints where run = $1', [run])
    expect(rows).toEqual([])
  })
})
