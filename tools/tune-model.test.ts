import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { compareRunsTool } from './compare-runs.ts'
import { ingestDataTool } from './ingest-data.ts'
import { listRunsTool } from './list-runs.ts'
import { registerModelTool } from './register-model.ts'
import { reproduceRunTool } from './reproduce-run.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { tuneModelTool } from './tune-model.ts'

interface Tuned {
  readonly run: string
  readonly metrics: Record<string, number>
  readonly params: Record<string, unknown>
  readonly best: { readonly params: Record<string, unknown>; readonly value: number; readonly run: string }
  readonly trials: readonly {
    readonly run: string
    readonly state: string
    readonly value: number
    readonly params: Record<string, unknown>
    readonly seconds: number
  }[]
}

let millrace: TestMillrace
let tuned: Tuned

const tune = (input: Record<string, unknown>) =>
  millrace.call<Tuned>('tune_model', { dataset: 'people', target: 'left', algorithm: 'logistic', folds: 3, trials: 6, ...input })

beforeAll(async () => {
  millrace = await openTestMillrace([tuneModelTool, listRunsTool, compareRunsTool, ingestDataTool, registerModelTool, reproduceRunTool])
  const random = seededRandom(3)
  const lines = Array.from({ length: 240 }, () => {
    const age = Math.round(18 + 60 * random())
    return `${age},${(100 * random()).toFixed(2)},${random() < 1 / (1 + Math.exp(-(age - 45) / 8)) ? 'yes' : 'no'}`
  })
  const path = join(millrace.folder, 'people.csv')
  await writeFile(path, ['age,spend,left', ...lines].join('\n'))
  await millrace.call('ingest_data', { source: path })
  tuned = await tune({ stopping: 'none', seed: 2 })
})

afterAll(() => millrace.close())

describe('tune_model', () => {
  it('records every trial as a run of the tuning, and the best as a model', async () => {
    expect(tuned.trials).toHaveLength(6)
    expect(tuned.best.value).toBe(Math.max(...tuned.trials.map(({ value }) => value)))
    expect(tuned.metrics.roc_auc).toBe(tuned.best.value)
    const { runs } = await millrace.call<{ runs: { run: string; parent: string; metrics: Record<string, number> }[] }>('list_runs', {
      tuning: tuned.run,
      sort_by: 'roc_auc',
    })
    expect(runs.map(({ run }) => run).toSorted()).toEqual(tuned.trials.map(({ run }) => run).toSorted())
    expect(runs[0]).toMatchObject({ parent: tuned.run, state: 'finished', metrics: { roc_auc: tuned.best.value } })
    const { best } = await millrace.call('compare_runs', { runs: tuned.trials.slice(0, 3).map(({ run }) => run) })
    expect(tuned.trials.map(({ run }) => run)).toContain(best)
  })

  it('registers the best by the run of the tuning, and a trial not at all', async () => {
    expect(await millrace.call('register_model', { run: tuned.run, name: 'leavers' })).toMatchObject({ version: 1 })
    const [trial] = tuned.trials
    await expect(millrace.call('register_model', { run: trial?.run, name: 'leavers' })).rejects.toThrow(
      /is a trial of tuning .* and was not fitted on all rows/,
    )
  })

  it('is repeated byte for byte as a plain training', async () => {
    expect(await millrace.call('reproduce_run', { run: tuned.run })).toMatchObject({ equal: true, differences: [] })
  })

  it('gives the same trials again for the same seed, and shows one run whole', async () => {
    const again = await tune({ stopping: 'none', seed: 2 })
    const shown = (all: Tuned) => all.trials.map(({ params, value, state }) => ({ params, value, state }))
    expect(shown(again)).toEqual(shown(tuned))
    const { runs } = await millrace.call<{ runs: { curve: unknown[]; fold_scores: unknown[] }[] }>('list_runs', { run: again.run })
    expect(runs[0]?.fold_scores).toHaveLength(3)
    expect(Array.isArray(runs[0]?.curve)).toBe(true)
  })

  it('leaves no checkpoints behind', async () => {
    const { rows } = await millrace.platform.db.query('select job from training_checkpoints')
    expect(rows).toEqual([])
  })

  it.each([
    [{ time_budget_seconds: 0 }, /time budget must be above 0 seconds/],
    [{ trials: 0 }, /trials/],
    [{ algorithm: 'auto' }, /algorithm/],
    [{ space: { C: { low: 3, high: 1 } } }, /range of 'C' from 3 to 1 is empty/],
    [{ space: { C: { low: 'a' } } }, /space/],
    [{ target: undefined }, /name it as target/],
  ])('says what is wrong with %j', async (input, words) => {
    await expect(tune(input)).rejects.toThrow(words)
  })
})
