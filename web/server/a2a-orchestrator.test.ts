import { randomUUID } from 'node:crypto'
import { Role, type Task, TaskState } from '@a2a-js/sdk'
import { type Client, ClientFactory } from '@a2a-js/sdk/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createOrchestrator, type RunningOrchestrator } from '../../agents/orchestrator.ts'
import { type OpenAiServer, openAiServer } from '../../agents/testing/openai-server.ts'
import type { Database } from '../../platform/database/database.ts'
import { openTestDatabase } from '../../platform/testing/harness.ts'
import { defineTool } from '../../tools/tool.ts'
import { type A2aServer, openA2aServer } from './a2a-testing.ts'
import { deleteThingTool } from './test-delete-thing.ts'

const deeds: string[] = []
/** What the slow tool waits for. */
let gate = Promise.withResolvers<void>()
let looks = 0

const looking = defineTool({
  name: 'look_slowly',
  title: 'Look slowly',
  description: 'Looks at something until it is let go, for tests of tasks.',
  input: z.strictObject({ at: z.string().describe('What.') }),
  output: z.strictObject({ seen: z.string().describe('What.') }),
  effect: 'read',
  role: 'viewer',
  examples: [],
  run: async ({ at }, { signal }) => {
    looks += 1
    await Promise.race([
      gate.promise,
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true })),
    ])
    return { content: `Saw ${at}.`, data: { seen: at } }
  },
})

let model: OpenAiServer
let db: Database
beforeAll(async () => {
  model = await openAiServer()
  db = await openTestDatabase()
})
afterAll(async () => {
  await db.close()
  await model.close()
})

/** The real orchestrator behind the real server; only the hosted model is scripted. `recovers`: it goes on by itself too. */
async function open({ recovers }: { readonly recovers: boolean }): Promise<A2aServer> {
  let running: RunningOrchestrator | undefined
  const server = await openA2aServer({
    script: async function* () {
      yield { type: 'finished' }
    },
    db: { ...db, close: async () => undefined },
    tools: [deleteThingTool(deeds), looking],
    orchestrator: async (millrace) => {
      running = await createOrchestrator({ waist: millrace, model: { openaiBaseUrl: model.url, name: 'scripted' }, leaseMs: 2000 })
      if (recovers) void running.recover()
      return running
    },
  })
  return {
    ...server,
    close: async () => {
      await server.web.close()
      await running?.close()
      await server.millrace.close()
    },
  }
}

const request = (words: string, returnImmediately: boolean) => ({
  tenant: '',
  metadata: undefined,
  configuration: { acceptedOutputModes: [], taskPushNotificationConfig: undefined, returnImmediately },
  message: {
    ...{
      messageId: randomUUID(),
      role: Role.ROLE_USER,
      taskId: '',
      contextId: '',
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
    },
    parts: [{ content: { $case: 'text' as const, value: words }, metadata: undefined, filename: '', mediaType: '' }],
  },
})

async function ask(client: Client, words: string, returnImmediately = false): Promise<Task> {
  const answer = await client.sendMessage(request(words, returnImmediately))
  if (!('status' in answer)) throw new Error('It answered with a message.')
  return answer
}

const textOf = (task: Task): string => {
  const content = task.artifacts.find(({ name }) => name === 'answer')?.parts[0]?.content
  return content?.$case === 'text' ? content.value : ''
}

const settles = (client: Client, id: string, state: TaskState): Promise<unknown> =>
  expect.poll(async () => (await client.getTask({ tenant: '', id })).status?.state, { timeout: 30_000 }).toBe(state)

describe('a task over the orchestrator', () => {
  it('waits for a person over a restart, and its call runs once when they approve it', async () => {
    model.script({ calls: [{ name: 'delete_thing', args: { thing: 'x' } }] }, { text: 'It is gone.' })
    const first = await open({ recovers: true })
    const waiting = await ask(await new ClientFactory().createFromUrl(first.url), 'delete thing x')
    expect(waiting.status?.state).toBe(TaskState.TASK_STATE_INPUT_REQUIRED)
    await first.close()
    const second = await open({ recovers: true })
    try {
      const client = await new ClientFactory().createFromUrl(second.url)
      const [approval] = await second.millrace.platform.approvals.list('default', { state: 'pending' })
      await second.millrace.platform.approvals.decide({
        ...{ id: approval?.id ?? '', decision: 'approve', caller: second.millrace.owner, mayCall: () => true },
      })
      await settles(client, waiting.id, TaskState.TASK_STATE_COMPLETED)
      expect(deeds).toEqual(['x'])
      expect(textOf(await client.getTask({ tenant: '', id: waiting.id }))).toBe('It is gone.')
    } finally {
      await second.close()
    }
  })

  it('ends when the agents of the workspace are stopped, and none begins while they are', async () => {
    gate = Promise.withResolvers<void>()
    looks = 0
    model.script({ calls: [{ name: 'look_slowly', args: { at: 'it' } }] }, { text: 'I saw it.' })
    const server = await open({ recovers: false })
    const { platform, owner } = server.millrace
    try {
      const client = await new ClientFactory().createFromUrl(server.url)
      const begun = await ask(client, 'look at it', true)
      await expect.poll(() => looks, { timeout: 20_000 }).toBe(1)
      await platform.halts.halt(owner, 'Something is wrong.')
      await settles(client, begun.id, TaskState.TASK_STATE_CANCELED)
      expect((await ask(client, 'look at it')).status?.state).toBe(TaskState.TASK_STATE_CANCELED)
      expect(looks).toBe(1)
    } finally {
      await platform.halts.resume(owner)
      await server.close()
    }
  })

  it.each([
    ['the task takes its turn up', { recovers: false }],
    ['or the orchestrator does', { recovers: true }],
  ])('cut in the middle of a tool it is done after the restart: %s', async (_, how) => {
    gate = Promise.withResolvers<void>()
    looks = 0
    model.script({ calls: [{ name: 'look_slowly', args: { at: 'it' } }] }, { text: 'I saw it.' })
    const first = await open(how)
    const begun = await ask(await new ClientFactory().createFromUrl(first.url), 'look at it', true)
    await expect.poll(() => looks, { timeout: 20_000 }).toBe(1)
    await first.close()
    gate.resolve()
    const second = await open(how)
    try {
      const client = await new ClientFactory().createFromUrl(second.url)
      await settles(client, begun.id, TaskState.TASK_STATE_COMPLETED)
      expect(textOf(await client.getTask({ tenant: '', id: begun.id }))).toBe('I saw it.')
    } finally {
      await second.close()
    }
  })
})
