import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Blobs, openBlobFolder } from '../../platform/blobs.ts'
import type { Database } from '../../platform/database/database.ts'
import { openTestDatabase, temporaryFolder } from '../../platform/testing/harness.ts'
import { type CheckpointOwner, type CheckpointPlace, clearCheckpoints, openCheckpoints, sweepCheckpoints } from './checkpoints.ts'
import { encodeState } from './fit-state.ts'

let db: Database
let blobs: Blobs
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let place: CheckpointPlace

beforeAll(async () => {
  db = await openTestDatabase()
  folder = await temporaryFolder()
  blobs = await openBlobFolder(folder.path)
  place = { db, blobs, workspace: 'default' }
})

afterAll(async () => {
  await db.close()
  await folder.remove()
})

const score = { metrics: { roc_auc: 0.1 + 0.2 }, baseline: { roc_auc: 0.5 }, seconds: 1.5 }
const state = (of: string, at: number): Uint8Array => encodeState(of, { state: { at }, curve: [] })
const open = (owner: Partial<CheckpointOwner> = {}) => openCheckpoints(place, { run: 'run_a', inputs: 'digest', everyMs: 0, ...owner })
const files = async (): Promise<number> =>
  (await readdir(folder.path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length

describe('checkpoints', () => {
  it('give the next process the scores of folds and the newest state of a fit', async () => {
    const first = await open()
    first.keepResult('a/0', score)
    first.keepResult('a/1', { ...score, scores: Float64Array.of(0.25, 0.75) })
    first.keepState('a/2', state('a/2', 1))
    await first.flush()
    first.keepState('a/2', state('a/2', 2))
    await first.flush()
    const next = await open()
    expect(await next.result('a/0')).toEqual(score)
    expect((await next.result('a/1'))?.scores).toEqual(Float64Array.of(0.25, 0.75))
    expect(await next.result('a/2')).toBeUndefined()
    expect(await next.state('a/2')).toEqual(Buffer.from(state('a/2', 2)))
    // One file for the scores and one for the newest state: the older state is gone.
    expect(await files()).toBe(2)
  })

  it('are not read under other inputs, by another run or in another workspace', async () => {
    expect(await (await open({ inputs: 'other' })).result('a/0')).toBeUndefined()
    expect(await (await open({ run: 'run_b' })).result('a/0')).toBeUndefined()
    const elsewhere = await openCheckpoints({ ...place, workspace: 'other' }, { run: 'run_a', inputs: 'digest' })
    expect(await elsewhere.result('a/0')).toBeUndefined()
  })

  it('whose file is gone are not there', async () => {
    const kept = await open({ run: 'run_gone' })
    kept.keepState('b/0', state('b/0', 1))
    await kept.flush()
    const { rows } = await db.query<{ blob: string }>("select blob from training_checkpoints where run = 'run_gone'")
    await blobs.remove(rows[0]?.blob ?? '')
    expect(await (await open({ run: 'run_gone' })).state('b/0')).toBeUndefined()
  })

  it('are cleared with their files when the run is done', async () => {
    await clearCheckpoints(place, 'run_a')
    await clearCheckpoints(place, 'run_gone')
    expect(await files()).toBe(0)
    expect(await (await open()).result('a/0')).toBeUndefined()
  })

  it('of runs that ended or were cancelled elsewhere are swept, those of others stay', async () => {
    const runs: readonly (readonly [string, string, boolean])[] = [
      ['run_done', 'succeeded', false],
      ['run_cancelled', 'running', true],
      ['run_live', 'running', false],
    ]
    for (const [run, runState, asked] of runs) {
      await db.query(
        `insert into runs (id, workspace, tool, input, caller, origins, state, cancel_requested) values ($1, 'default', 'train_model', '{}', '{}', '{}', $2, $3)`,
        [run, runState, asked],
      )
      const kept = await open({ run: run === 'run_live' ? 'run_live.train' : run })
      kept.keepState('c/0', state(`${run}/c`, 1))
      await kept.flush()
    }
    await sweepCheckpoints(place)
    const { rows } = await db.query('select run from training_checkpoints')
    expect(rows).toEqual([{ run: 'run_live.train' }])
    expect(await files()).toBe(1)
  })
})
