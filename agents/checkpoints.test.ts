import { HumanMessage } from '@langchain/core/messages'
import { emptyCheckpoint } from '@langchain/langgraph-checkpoint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../platform/database/database.ts'
import { openTestDatabase } from '../platform/testing/harness.ts'
import { type Checkpoints, openCheckpoints } from './checkpoints.ts'

let db: Database
let checkpoints: Checkpoints

beforeAll(async () => {
  db = await openTestDatabase()
  checkpoints = await openCheckpoints(db)
})
afterAll(() => db.close())

const config = (thread: string): { configurable: { thread_id: string; checkpoint_ns: string } } => ({
  configurable: { thread_id: thread, checkpoint_ns: '' },
})

async function put(thread: string, words: string): Promise<void> {
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages: [new HumanMessage(words)] }, channel_versions: { messages: 1 } }
  await checkpoints.put(config(thread), checkpoint, { source: 'input', step: 0, parents: {} }, { messages: 1 })
}

describe('checkpoints on our database', () => {
  it('keep messages as messages, and open again on the same tables', async () => {
    await put('a', 'hello "there" \u00e9')
    const again = await openCheckpoints(db)
    const messages = (await again.getTuple(config('a')))?.checkpoint.channel_values.messages
    expect(messages).toEqual([expect.objectContaining({ content: 'hello "there" \u00e9' })])
    expect(Array.isArray(messages) && HumanMessage.isInstance(messages[0])).toBe(true)
  })

  it('are committed when put returns, with other work in between', async () => {
    const puts = Array.from({ length: 10 }, (_, at) => put(`p${at}`, `word ${at}`))
    const others = Array.from({ length: 10 }, () => db.transaction((tx) => tx.query('select 1')))
    await Promise.all([...puts, ...others])
    const { rows } = await db.query<{ n: number }>("select count(*)::int as n from agents_graph.checkpoints where thread_id like 'p%'")
    expect(rows[0]?.n).toBe(10)
  })

  it('leave nothing and hold nothing when a write fails', async () => {
    await expect(
      checkpoints.putWrites({ configurable: { thread_id: null, checkpoint_ns: '', checkpoint_id: 'x' } }, [['channel', 1]], 'task'),
    ).rejects.toThrow()
    await put('after', 'still works')
    expect(await checkpoints.getTuple(config('after'))).toBeDefined()
  })
})
