import { expect, test } from 'vitest'
import { soakKill } from './kill.ts'

test('five kills lose nothing acknowledged, double no effect and break no audit chain', async () => {
  const report = await soakKill({ kills: 5 })
  expect(report.wrong).toEqual([])
  expect(report).toMatchObject({ kills: 5, lost: 0, doubled: 0, unfinished: 0, failed: 0, refused: 0, audit_broken: null })
  expect(report.acknowledged).toBeGreaterThan(0)
}, 300_000)
