import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { seededRandom } from '../ml/evaluation/seeded-random.ts'
import { temporaryFolder } from '../platform/testing/harness.ts'
import { runDrift } from './drift.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
const random = seededRandom(21)
const table = (rows: number, shift: number): string =>
  `x,k\n${Array.from({ length: rows }, () => `${(random() * 4 + shift).toFixed(4)},${random() < 0.3 ? 'A' : 'B'}`).join('\n')}\n`

beforeAll(async () => {
  folder = await temporaryFolder()
  const stream = Array.from({ length: 6000 }, (_, row) => {
    const x = random() * 10
    return `${x.toFixed(4)},${(row < 3000 ? x > 5 : x > 2) ? 1 : 0}`
  })
  const golden = {
    batch: {
      scenarios: { none: { truly_drifted: [], columns: { x: {}, k: {} } }, moved: { truly_drifted: ['x'], columns: { x: {}, k: {} } } },
    },
    streams: { sudden: { change_points: [3000] } },
  }
  await writeFile(join(folder.path, 'reference.csv'), table(2000, 0))
  await writeFile(join(folder.path, 'current_none.csv'), table(1000, 0))
  await writeFile(join(folder.path, 'current_moved.csv'), table(1000, 0.5))
  await writeFile(join(folder.path, 'stream_sudden.csv'), `x,y\n${stream.join('\n')}\n`)
  await writeFile(join(folder.path, 'golden.json'), JSON.stringify(golden))
})
afterAll(() => folder.remove())

describe('the drift suite', () => {
  it('judges every column and the whole of each batch, and times alarms on streams', async () => {
    const report = await runDrift({ data: folder.path, signal: AbortSignal.timeout(60_000) })
    expect(report.verdict).toMatch(/^6 of 6 decisions are right/)
    expect(report.metrics.moved).toMatchObject({ x: { drifted: true }, k: { drifted: false }, __joint__: { drifted: true } })
    expect(report.metrics.none).toMatchObject({ x: { drifted: false, missing_ref: 0 }, k: { drifted: false, dof: 1 } })
    expect(report.metrics.stream_sudden).toMatchObject({ false_alarms: 0, delays: [expect.any(Number)] })
    expect(report.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('wants a reference', async () => {
    const empty = await temporaryFolder()
    await expect(runDrift({ data: empty.path, signal: AbortSignal.timeout(1000) })).rejects.toThrow(/no reference.csv/)
    await empty.remove()
  })
})
