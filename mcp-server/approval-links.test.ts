import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool } from '../tools/tool.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

let said: string[] = []

const change = defineTool({
  name: 'change_word',
  title: 'Change a word',
  description: 'Changes the word that is live; for tests of calls that a person must approve first.',
  input: z.strictObject({ word: z.string().describe('The new word.') }),
  output: z.object({ word: z.string() }),
  effect: 'change',
  role: 'viewer',
  examples: [],
  run: async ({ word }, { commit }) =>
    commit(async () => {
      said.push(word)
      return { content: `It is ${word} now.`, data: { word } }
    }),
})

const asked = z.looseObject({ params: z.looseObject({ mode: z.literal('url'), url: z.string(), message: z.string() }) })
type Action = 'accept' | 'decline'
/** What the person does with the link that the client shows. */
type Person = (url: string) => Promise<Action>

describe('a call that a person must approve', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  beforeAll(async () => {
    millrace = await openTestMillrace([change])
    mcp = await openTestMcp(millrace)
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })
  beforeEach(() => {
    said = []
  })

  const decide = async (url: string, decision: 'approve' | 'reject'): Promise<Action> => {
    const [, id = ''] = /^http:\/\/localhost\/#\/approvals\/(\w+)$/.exec(url) ?? []
    const caller = { ...millrace.owner, channel: 'browser' } as const
    await millrace.platform.approvals.decide({ id, decision, caller, mayCall: () => true })
    return 'accept'
  }
  const clients: Readonly<Record<string, (person: Person) => Promise<Pick<Client, 'callTool' | 'close'>>>> = {
    'a 2026-07-28 client': (person) => connect('auto', person),
    'a 2025 client': (person) => connect('legacy', person),
    'a client of the old package': async (person) => {
      const client = new OldClient({ name: 'test', version: '1' }, { capabilities: { elicitation: { url: {} } } })
      client.setRequestHandler(ElicitRequestSchema, async (request) => ({ action: await person(asked.parse(request).params.url) }))
      await client.connect(new OldHttpTransport(mcp.url))
      return {
        callTool: async (params) => z.looseObject({ content: z.array(z.any()) }).parse(await client.callTool(params)),
        close: () => client.close(),
      }
    },
  }
  const connect = async (mode: 'auto' | 'legacy', person: Person): Promise<Client> => {
    const client = new Client({ name: 'test', version: '1' }, { capabilities: { elicitation: { url: {} } }, versionNegotiation: { mode } })
    client.setRequestHandler('elicitation/create', async (request) => ({ action: await person(asked.parse(request).params.url) }))
    await client.connect(new StreamableHTTPClientTransport(mcp.url))
    return client
  }
  const call = { name: 'change_word', arguments: { word: 'ebb' } }

  describe.each(Object.entries(clients))('by %s', (_name, open) => {
    it('brings them to its page by a link, and goes on after their yes', async () => {
      const client = await open((url) => decide(url, 'approve'))
      expect(await client.callTool(call)).toMatchObject({ structuredContent: { word: 'ebb' } })
      expect(said).toEqual(['ebb'])
      await client.close()
    })

    it('ends with their no', async () => {
      const client = await open((url) => decide(url, 'reject'))
      expect(await client.callTool(call)).toMatchObject({ isError: true, _meta: { 'millrace/fault': { code: 'not_allowed' } } })
      expect(said).toEqual([])
      await client.close()
    })

    it('goes on only after the decision, though the client said yes before', async () => {
      const client = await open(async (url) => {
        setTimeout(() => void decide(url, 'approve'), 300)
        return 'accept'
      })
      const result = await client.callTool(call)
      expect(result).toMatchObject({ structuredContent: { word: 'ebb' } })
      await client.close()
    })

    it('is taken back when the link is not opened', async () => {
      const client = await open(async () => 'decline')
      expect(await client.callTool(call)).toMatchObject({ isError: true, _meta: { 'millrace/fault': { code: 'cancelled' } } })
      expect(await millrace.platform.approvals.list('default', { state: 'pending' })).toEqual([])
      expect(said).toEqual([])
      await client.close()
    })
  })

  it('answers a client that can show forms only by a sentence: no form of a client decides', async () => {
    const { result } = await mcp.ask('tools/call', call, { capabilities: { elicitation: { form: {} } } })
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: { state: 'waiting' } })
  })

  const links = { capabilities: { elicitation: { url: {} } } }

  it('is followed by its own caller with its own arguments only', async () => {
    const { result } = await mcp.ask('tools/call', call, links)
    const { requestState } = z.object({ resultType: z.literal('input_required'), requestState: z.string() }).parse(result)
    const retry = { ...call, requestState, inputResponses: { approval: { action: 'accept' } } }
    const forged = [
      mcp.ask('tools/call', retry, { ...links, role: 'builder' }),
      mcp.ask('tools/call', { ...retry, arguments: { word: 'flood' } }, links),
      mcp.ask('tools/call', { ...retry, requestState: 'run_0000000000000000000' }, links),
      mcp.ask('tools/call', { ...retry, requestState: `${requestState}.` }, links),
    ]
    for (const answer of await Promise.all(forged)) expect(answer.error).toMatchObject({ code: -32_602 })
    expect(said).toEqual([])
  })
})
