import { expect, test } from 'vitest'
import { soakAgent } from './agent.ts'
import { soakThreads } from './threads.ts'

test('conversations that a kill cuts between call and answer go on, no effect twice, approvals intact', { timeout: 300_000 }, async () => {
  expect(await soakThreads({ kills: 2, seed: 5 })).toMatchObject({ threads: 6, approved: 2, unanswered: 0, doubled: 0, lost: 0, wrong: [] })
})

test('a hundred turns all finish', { timeout: 120_000 }, async () => {
  expect(await soakAgent({ runs: 100 })).toMatchObject({ failed: 0 })
})
