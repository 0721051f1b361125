import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestMillrace, type TestMillrace } from '../../tools/testing.ts'
import { type Asked, claimTurn, endClaim, leaveClaim, reclaimTurn, renewClaims, takeOrphans } from './claims.ts'

let millrace: TestMillrace
beforeAll(async () => {
  millrace = await openTestMillrace([])
})
afterAll(() => millrace.close())

const asked = (thread: string, turn: string, process = 'process_1'): Asked => {
  const { id, name, kind, role, workspace, channel } = millrace.owner
  const caller = { id, name, kind, role, workspace, channel }
  return { caller, thread, turn, request: { caller, message: 'Hello' }, process, leaseMs: 60_000 }
}

it('a claim that its process works on no more lapses while the others of the process are renewed', async () => {
  const { db } = millrace.platform
  await claimTurn(db, asked('kept', 'turn_kept'))
  const lost = await claimTurn(db, asked('lost', 'turn_lost'))
  await leaveClaim(db, lost, 'process_1')
  const held = await renewClaims(db, { process: 'process_1', leaseMs: 60_000, turns: ['turn_kept'] })
  expect(held.size).toBe(1)
  const taken = await takeOrphans(db, { process: 'process_2', leaseMs: 60_000, everyone: false })
  expect(taken.map(({ thread }) => thread)).toEqual(['lost'])
})

it('a turn that lost its claim to the next one of its own process does not give that up', async () => {
  const { db } = millrace.platform
  const first = await claimTurn(db, asked('chat', 'turn_first'))
  await leaveClaim(db, first, 'process_1')
  await claimTurn(db, asked('chat', 'turn_next'))
  await endClaim(db, first, 'process_1')
  await leaveClaim(db, first, 'process_1')
  await expect(reclaimTurn(db, asked('chat', 'turn_other', 'process_2'))).rejects.toMatchObject({ code: 'conflict' })
})
