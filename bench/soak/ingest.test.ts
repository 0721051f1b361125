import { expect, test } from 'vitest'
import { soakIngest } from './ingest.ts'

test('four kills while documents are ingested leave every one whole, found and there once', async () => {
  const report = await soakIngest({ kills: 4, documents: 520 })
  expect(report.wrong).toEqual([])
  expect(report).toMatchObject({ kills: 4, documents: 520, torn: 0, lost: 0, doubled: 0, unfinished: 0 })
  expect(report.acknowledged).toBeGreaterThan(0)
}, 300_000)
