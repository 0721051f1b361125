import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOrchestrator } from '../agents/orchestrator.ts'
import { type OpenAiServer, openAiServer } from '../agents/testing/openai-server.ts'
import { openTestServer, type TestServer, terminalToken } from '../web/server/test-server.ts'
import { type ChatSource, runChat } from './chat.ts'
import type { Io } from './io.ts'
import { localChat, remoteChat } from './remote-chat.ts'
import { remoteClient } from './remote-client.ts'

let model: OpenAiServer
let server: TestServer
let sources: Readonly<Record<string, ChatSource>>

beforeAll(async () => {
  model = await openAiServer()
  const modelAt = { openaiBaseUrl: model.url }
  const orchestrators: Awaited<ReturnType<typeof createOrchestrator>>[] = []
  // The server's orchestrator works on the server's own waist, which is there once it is opened.
  server = await openTestServer({
    orchestrator: {
      chat: (request) => orchestrators[0]?.chat(request) ?? failed(),
      history: async () => [],
      threads: async () => [],
    },
  })
  orchestrators.push(await createOrchestrator({ waist: server.millrace, model: modelAt }))
  const address = { url: server.url, token: terminalToken }
  sources = {
    'in this process': localChat({ chat: (request) => orchestrators[0]?.chat(request) ?? failed() }, server.millrace.owner),
    'of a running server': remoteChat(address),
  }
})
afterAll(async () => {
  await server.close()
  await model.close()
})

function failed(): never {
  throw new Error('There is no orchestrator yet.')
}

async function ask(where: string, words: readonly string[], progress = false) {
  const written = { out: '', err: '' }
  const io: Io = {
    out: (text) => {
      written.out += text
    },
    err: (text) => {
      written.err += text
    },
    signal: new AbortController().signal,
    progress,
    width: 80,
    read: async () => '',
  }
  const client = remoteClient({ url: server.url, token: terminalToken })
  const source = sources[where] ?? failed()
  const code = await runChat({ argv: words, source, client, io, newThread: () => `thread-${Math.random()}` })
  return { code, ...written }
}

const script = (): void =>
  model.script(
    {
      reasoning: 'Two steps will do.',
      calls: [{ name: 'write_plan', args: { steps: [{ title: 'Add the numbers', tool: 'add_numbers' }, { title: 'Frame the result' }] } }],
    },
    { calls: [{ name: 'add_numbers', args: { a: 1, b: 2 } }], usage: { input: 30, output: 5 } },
    { text: 'Three.', usage: { input: 40, output: 5 } },
  )

describe.each(['in this process', 'of a running server'])('a turn %s', (where) => {
  it('shows its plan once, its steps as they run, and what was left out', async () => {
    script()
    const { code, out, err } = await ask(where, ['add', '1', 'and', '2'])
    expect({ code, out }).toEqual({ code: 0, out: 'Three.\n' })
    expect(err.match(/1\. Add the numbers\n2\. Frame the result\n/gu)).toHaveLength(1)
    expect(err).toContain('→ add_numbers {"a":1,"b":2}')
    expect(err).toContain('left out: Frame the result')
    expect(err).not.toContain('Two steps will do.')
  })

  it('shows a plan that was made anew, and ends with that one', async () => {
    const plan = (...titles: readonly string[]) => ({
      calls: [{ name: 'write_plan', args: { steps: titles.map((title) => ({ title })) } }],
    })
    const anew = (): void =>
      model.script(plan('Add the numbers', 'Frame the result'), plan('Count', 'Add', 'Tell'), {
        text: 'Three.',
        usage: { input: 1, output: 1 },
      })
    anew()
    expect((await ask(where, ['add'])).err).toContain('1. Count\n2. Add\n3. Tell\n')
    anew()
    const { plan: last } = JSON.parse((await ask(where, ['add', '--json'])).out)
    expect(last).toMatchObject([{ title: 'Count' }, { title: 'Add' }, { title: 'Tell' }])
  })

  it('lets a terminal see its thoughts while they are thought', async () => {
    script()
    const { out, err } = await ask(where, ['add'], true)
    expect(err).toContain('Two steps will do.')
    expect(out).toBe('Three.\n')
  })

  it('carries plan and thoughts in its JSON', async () => {
    script()
    const { out, err } = await ask(where, ['add', '--json'])
    expect(err).toBe('')
    expect(JSON.parse(out)).toMatchObject({
      text: 'Three.',
      reasoning: 'Two steps will do.',
      plan: [
        { title: 'Add the numbers', state: 'done' },
        { title: 'Frame the result', state: 'skipped' },
      ],
    })
  })
})
