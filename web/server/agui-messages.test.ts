import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { ChatMessage } from '../../agents/chat.ts'
import type { Caller } from '../../platform/caller.ts'
import { defineTool } from '../../tools/tool.ts'
import { eventsIn } from './test-agui.ts'
import { openTestServer, type TestServer } from './test-server.ts'

const wipe = defineTool({
  name: 'wipe_disk',
  title: 'Wipe the disk',
  description: 'Removes everything from a disk for good, so that nothing can be read back.',
  input: z.strictObject({ disk: z.string().describe('Which.'), passes: z.int().default(3).describe('How often.') }),
  output: z.strictObject({ wiped: z.string() }),
  effect: 'delete',
  role: 'operator',
  examples: [],
  run: async ({ disk }, context) => context.commit(async () => ({ content: `Wiped ${disk}.`, data: { wiped: disk } })),
})

let server: TestServer
let history: readonly ChatMessage[] = []
beforeAll(async () => {
  const orchestrator = { chat: async function* () {}, history: async () => history, threads: async () => [] }
  server = await openTestServer({ tools: [wipe], orchestrator })
})
afterAll(() => server.close())

/** The approval that such a call waits for. */
async function asks(input: object, who: Partial<Caller> = {}): Promise<string> {
  const caller: Caller = { ...server.millrace.owner, kind: 'agent', channel: 'chat', ...who }
  const outcome = await server.millrace.invoke({ tool: 'wipe_disk', input, caller })
  if (outcome.kind !== 'waiting') throw new Error('It should wait.')
  return outcome.approval
}

/** What a client is told that comes back with nothing to a conversation with these open calls. */
async function waitsFor(...inputs: readonly object[]): Promise<unknown> {
  const calls = inputs.map((input, at) => ({ id: `c${at}`, tool: 'wipe_disk', input }))
  history = [
    { id: 'u', role: 'user', text: 'Wipe them' },
    { id: 'a', role: 'assistant', text: '', calls },
  ]
  const last = eventsIn((await server.send('/agui/threads/t/events')).text).at(-1)
  const outcome = last?.type === 'RUN_FINISHED' ? last.outcome : undefined
  return outcome?.type === 'interrupt' ? outcome.interrupts.map(({ id, toolCallId }) => [toolCallId, id]) : outcome
}

describe('a conversation read by a client that has nothing', () => {
  it('waits for the approval of a call whose tool filled in what was not said', async () => {
    const approval = await asks({ disk: 'sda' })
    expect(await waitsFor({ disk: 'sda' })).toEqual([['c0', approval]])
  })

  it('waits for one approval a call, also where two calls are the same', async () => {
    const approvals = [await asks({ disk: 'sdb' }), await asks({ disk: 'sdb' })]
    const told = await waitsFor({ disk: 'sdb' }, { disk: 'sdb' })
    expect(told).toEqual([
      ['c0', approvals[1]],
      ['c1', approvals[0]],
    ])
  })

  it('does not wait for what another caller asked', async () => {
    await asks({ disk: 'sdc', passes: 3 }, { id: 'token:ben', name: 'ben' })
    expect(await waitsFor({ disk: 'sdc', passes: 3 })).toEqual({ type: 'success' })
  })
})
