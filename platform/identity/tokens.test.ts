import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { newId } from '../id.ts'
import { openTestDatabase } from '../testing/harness.ts'
import { createIdentity } from './tokens.ts'

let db: Database
let clock = new Date('2026-01-01T00:00:00Z')
const now = (): Date => clock
const open = (mode: 'local' | 'token' = 'token') => createIdentity({ db, mode, now, newId })

beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())

test('the owner needs no token in local mode and cannot come in without one in token mode', () => {
  expect(open('local').owner('browser')).toMatchObject({ id: 'local:owner', kind: 'person', role: 'admin', channel: 'browser' })
  expect(() => open('token').owner('browser')).toThrow(expect.objectContaining({ code: 'unauthenticated' }))
})

test('a minted token brings its holder in with its role, and is stored only as a hash', async () => {
  const identity = open()
  const { token } = await identity.mint({ name: 'ci', kind: 'agent', role: 'builder' })
  expect(token).toMatch(/^mlr_[\w-]{43}$/)
  expect(await identity.fromToken(token, 'http')).toEqual({
    id: 'token:ci',
    name: 'ci',
    kind: 'agent',
    role: 'builder',
    workspace: 'default',
    channel: 'http',
  })
  const { rows } = await db.query('select * from tokens')
  expect(JSON.stringify(rows)).not.toContain(token)
})

test('a token ends at its expiry, also when it was used a moment before', async () => {
  const identity = open()
  const { token } = await identity.mint({ name: 'short', kind: 'person', role: 'viewer', expiresAt: new Date(clock.getTime() + 2_000) })
  await identity.fromToken(token, 'http')
  clock = new Date(clock.getTime() + 2_000)
  await expect(identity.fromToken(token, 'http')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('a revoked token is refused at once here and after five seconds elsewhere', async () => {
  const [here, elsewhere] = [open(), open()]
  const { id, token } = await here.mint({ name: 'gone', kind: 'person', role: 'viewer' })
  await here.fromToken(token, 'http')
  await elsewhere.fromToken(token, 'http')
  await here.revoke(id, 'default')
  await expect(here.fromToken(token, 'http')).rejects.toMatchObject({ code: 'unauthenticated' })
  clock = new Date(clock.getTime() + 5_000)
  await expect(elsewhere.fromToken(token, 'http')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('unknown and malformed tokens are refused with the same words', async () => {
  const identity = open()
  const refusal = async (token: string): Promise<unknown> => identity.fromToken(token, 'http').catch((error: unknown) => error)
  const unknown = await refusal(`mlr_${'x'.repeat(43)}`)
  expect(unknown).toMatchObject({ code: 'unauthenticated' })
  for (const token of ['', 'mlr_', "' or 1=1", 'x'.repeat(100_000)]) expect(await refusal(token)).toEqual(unknown)
})

test('a live name is taken; after revocation it is free again', async () => {
  const identity = open()
  const { id } = await identity.mint({ name: 'robot', kind: 'agent', role: 'viewer' })
  await expect(identity.mint({ name: 'robot', kind: 'agent', role: 'admin' })).rejects.toMatchObject({ code: 'conflict' })
  await identity.mint({ name: 'robot', kind: 'agent', role: 'viewer', workspace: 'other' })
  await identity.revoke(id, 'default')
  await identity.mint({ name: 'robot', kind: 'agent', role: 'viewer' })
  await expect(identity.mint({ name: 'a\nb', kind: 'agent', role: 'viewer' })).rejects.toMatchObject({ code: 'invalid_input' })
})

test('tokens of another workspace are neither listed nor revoked', async () => {
  const identity = open()
  const { id } = await identity.mint({ name: 'theirs', kind: 'agent', role: 'viewer', workspace: 'apart' })
  expect(await identity.list('apart')).toMatchObject([{ id, name: 'theirs', revokedAt: null }])
  await expect(identity.revoke(id, 'default')).rejects.toMatchObject({ code: 'not_found' })
  await identity.revoke(id, 'apart')
  expect(await identity.list('apart')).toMatchObject([{ id, revokedAt: clock }])
})

test('a token may be limited to tools, and to at least one', async () => {
  const identity = open()
  const { token } = await identity.mint({ name: 'predictor', kind: 'agent', role: 'operator', tools: ['predict', 'list_models'] })
  expect(await identity.fromToken(token, 'http')).toMatchObject({ role: 'operator', tools: ['predict', 'list_models'] })
  expect((await identity.list('default')).find(({ name }) => name === 'predictor')).toMatchObject({ tools: ['predict', 'list_models'] })
  for (const tools of [[], ['no such thing'], ['x'.repeat(80)]])
    await expect(identity.mint({ name: 'none', kind: 'agent', role: 'viewer', tools })).rejects.toMatchObject({ code: 'invalid_input' })
})
