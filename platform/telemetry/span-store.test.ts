import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Database } from '../database/database.ts'
import { openTestDatabase } from '../testing/harness.ts'
import { createLog } from './log.ts'
import { createSpanStore } from './span-store.ts'

let db: Database

beforeAll(async () => {
  db = await openTestDatabase()
})
afterAll(() => db.close())
beforeEach(() => db.query('truncate spans'))

const names = async (): Promise<string[]> =>
  (await db.query<{ name: string }>('select name from spans order by started_at')).rows.map(({ name }) => name)

function tracing(options: { readonly most?: number; readonly now?: () => Date } = {}) {
  const store = createSpanStore({ db, log: createLog({ level: 'silent' }), now: () => new Date(), ...options })
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(store)] })
  return {
    trace: async (name: string, startTime: Date) => {
      provider.getTracer('test').startSpan(name, { startTime }).end(startTime)
      await provider.forceFlush()
    },
  }
}

test('the oldest spans make room once there are too many', async () => {
  const start = Date.now() - 60_000
  const first = tracing({ most: 3 })
  for (let index = 0; index < 5; index++) await first.trace(`span ${index}`, new Date(start + index * 1000))
  expect(await names()).toEqual(['span 2', 'span 3', 'span 4'])
  // A new process counts what it finds.
  await tracing({ most: 3 }).trace('span 5', new Date(start + 5000))
  expect(await names()).toEqual(['span 3', 'span 4', 'span 5'])
})

test('spans older than a week are deleted', async () => {
  const now = new Date()
  await tracing().trace('old', new Date(now.getTime() - 60_000))
  await tracing({ now: () => new Date(now.getTime() + 7 * 24 * 3600 * 1000) }).trace('new', new Date(now.getTime() + 1000))
  expect(await names()).toEqual(['new'])
})
