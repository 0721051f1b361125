import { expect, test } from 'vitest'
import { soakTraining } from './training.ts'

test('two kills in the middle of trainings change no byte of their models', async () => {
  const report = await soakTraining({ kills: 2, rows: 1500, most: 3 })
  expect(report.wrong).toEqual([])
  expect(report).toMatchObject({ kills: 2, trainings: 3 })
  expect(report.disturbed).toBeGreaterThan(0)
}, 300_000)
