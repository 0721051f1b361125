import { HumanMessage } from '@langchain/core/messages'
import { emptyCheckpoint } from '@langchain/langgraph-checkpoint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Caller } from '../platform/caller.ts'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { type Checkpoints, openCheckpoints } from './checkpoints.ts'
import { createChatPort } from './history.ts'
import { createOrchestrator, type RunningOrchestrator } from './orchestrator.ts'
import { listen, spoken } from './testing/listening.ts'
import { toldModel } from './testing/told-model.ts'
import { threadKey, titleOf } from './threads.ts'

let millrace: TestMillrace
let checkpoints: Checkpoints
let orchestrator: RunningOrchestrator
let owner: Caller
let ada: Caller
let bob: Caller

beforeAll(async () => {
  millrace = await openTestMillrace([])
  checkpoints = await openCheckpoints(millrace.platform.db)
  orchestrator = await createOrchestrator({ waist: millrace, model: toldModel, checkpoints })
  owner = millrace.owner
  ada = { ...owner, id: 'token:ada', name: 'Ada', role: 'builder' }
  bob = { ...owner, id: 'token:bob', name: 'Bob', role: 'builder' }
})
afterAll(() => millrace.close())

const say = (caller: Caller, thread: string, message: string) => listen(orchestrator, { thread, message, caller })
const titles = async (caller: Caller): Promise<readonly string[]> => (await orchestrator.threads(caller)).map(({ title }) => title)
const textsOf = async (caller: Caller, thread: string): Promise<readonly string[]> =>
  (await orchestrator.history(thread, caller)).map(({ text }) => text)

/** A conversation as it was kept before conversations had owners. */
async function keepUnowned(thread: string, words: string): Promise<void> {
  await millrace.platform.db.query('insert into agents_threads (workspace, thread, title) values ($1, $2, $3)', ['default', thread, words])
  const checkpoint = { ...emptyCheckpoint(), channel_values: { messages: [new HumanMessage(words)] }, channel_versions: { messages: 1 } }
  const config = { configurable: { thread_id: `default/${thread}`, checkpoint_ns: '' } }
  await checkpoints.put(config, checkpoint, { source: 'input', step: 0, parents: {} }, { messages: 1 })
}

describe('a conversation', () => {
  it('belongs to who holds it: others of the workspace neither see it nor read it, nor go on with it', async () => {
    await say(ada, 'same', 'This is Ada')
    await say(bob, 'same', 'This is Bob')
    expect(await titles(ada)).toEqual(['This is Ada'])
    expect(await titles(bob)).toEqual(['This is Bob'])
    expect(await textsOf(ada, 'same')).toEqual(['This is Ada', 'You said: This is Ada'])
    expect(await textsOf({ ...ada, workspace: 'other' }, 'same')).toEqual([])
    expect(await titles(owner)).toEqual([])
    const port = createChatPort(checkpoints)
    await expect(port.calls('same', owner)).rejects.toThrow('no conversation')
    expect(await port.calls('same', ada)).toEqual([])
  })

  it('of nobody is open to who administers the workspace, who may go on with it', async () => {
    await keepUnowned('old', 'Said long ago')
    expect(await titles(owner)).toEqual(['Said long ago'])
    expect(await textsOf(owner, 'old')).toEqual(['Said long ago'])
    expect(await textsOf(ada, 'old')).toEqual([])
    expect(spoken(await say(owner, 'old', 'And now'))).toBe('You said: And now')
    expect(await textsOf(owner, 'old')).toEqual(['Said long ago', 'And now', 'You said: And now'])
    await say(ada, 'old', 'Mine')
    expect(await textsOf(ada, 'old')).toEqual(['Mine', 'You said: Mine'])
  })

  it('keeps one checkpoint once it rests', async () => {
    await say(ada, 'small', 'one')
    await say(ada, 'small', 'two')
    const key = threadKey({ workspace: 'default', owner: ada.id, thread: 'small' })
    const counted = async (table: string) =>
      (await millrace.platform.db.query<{ n: number }>(`select count(*)::int as n from agents_graph.${table} where thread_id = $1`, [key]))
        .rows[0]?.n
    expect(await counted('checkpoints')).toBe(1)
    expect(await counted('checkpoint_writes')).toBe(0)
    expect(await textsOf(ada, 'small')).toHaveLength(4)
  })

  it('leaves nothing in the process, and no claim, when its turns are over', async () => {
    const { rows } = await millrace.platform.db.query('select 1 from agents_turns')
    expect(rows).toEqual([])
  })
})

describe('threadKey', () => {
  it('is another for every workspace, owner and thread, whatever they are called', () => {
    const names = ['a', 'a/b', 'b', '/', '//', 'a//b', '%2F', '']
    const keys = names.flatMap((owner) => names.map((thread) => threadKey({ workspace: 'w', owner, thread })))
    const owned = keys.slice(0, -names.length)
    expect(new Set(owned).size).toBe(owned.length)
  })
})

describe('titleOf', () => {
  it('is one line of the first words', () => {
    expect(titleOf(' a\n  b ')).toBe('a b')
    expect(titleOf('x'.repeat(200))).toHaveLength(80)
  })
})
