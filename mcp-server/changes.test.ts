import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createCatalogue } from '../tools/catalogue.ts'
import { createInvoke } from '../tools/invoke.ts'
import { defaultPolicy } from '../tools/policy.ts'
import { openTestMillrace, type TestMillrace } from '../tools/testing.ts'
import { defineTool } from '../tools/tool.ts'
import { openTestMcp, type TestMcp } from './testing.ts'

const tool = (name: string, effect: 'read' | 'create') =>
  defineTool({
    name,
    title: name,
    description: 'Does next to nothing; for tests of what clients are told when something was written.',
    input: z.looseObject({}),
    output: z.object({ datasets: z.array(z.object({ name: z.string(), version: z.int(), rows: z.int() })) }),
    effect,
    role: 'viewer',
    examples: [],
    run: async (_input, { commit }) => {
      const result = { content: 'Done.', data: { datasets: [{ name: 'tides', version: 1, rows: 1 }] } }
      return effect === 'read' ? result : commit(async () => result)
    },
  })

const watched = 'millrace://dataset/tides'

describe('a client that listens', () => {
  let millrace: TestMillrace
  let mcp: TestMcp
  const catalogue = createCatalogue([tool('list_datasets', 'read'), tool('profile_data', 'read'), tool('add_row', 'create')])
  beforeAll(async () => {
    millrace = await openTestMillrace([])
    const { platform } = millrace
    mcp = await openTestMcp({ platform, catalogue, invoke: createInvoke({ platform, catalogue, policy: defaultPolicy, ports: {} }) })
  })
  afterAll(async () => {
    await mcp.close()
    await millrace.close()
  })

  const listen = async (mode: 'auto' | 'legacy') => {
    const heard: string[] = []
    const client = await mcp.client(mode)
    client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools'))
    client.setNotificationHandler('notifications/resources/list_changed', () => void heard.push('resources'))
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
    return { client, heard }
  }

  it('of 2025 hears of what it subscribed to until it unsubscribes, of new resources and of new tools', async () => {
    const { client, heard } = await listen('legacy')
    await client.subscribeResource({ uri: watched })
    await client.callTool({ name: 'profile_data', arguments: {} })
    await client.callTool({ name: 'add_row', arguments: {} })
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['resources', watched])
    await client.unsubscribeResource({ uri: watched })
    await client.callTool({ name: 'add_row', arguments: {} })
    await expect.poll(() => heard, { timeout: 5000 }).toEqual(['resources', watched, 'resources'])
    catalogue.join('test', [tool('a_newcomer', 'read')])
    await expect.poll(() => heard, { timeout: 5000 }).toContain('tools')
    expect((await client.listTools(undefined, { cacheMode: 'bypass' })).tools.map(({ name }) => name)).toContain('a_newcomer')
    catalogue.join('test', [])
    await client.close()
  })

  it('of 2025 cannot subscribe to what does not exist', async () => {
    const { client } = await listen('legacy')
    await expect(client.subscribeResource({ uri: 'millrace://planet/mars' })).rejects.toMatchObject({
      code: expect.toBeOneOf([-32_002, -32_602]),
    })
    await client.close()
  })

  it('of 2026 hears on one stream what it asked for and nothing else', async () => {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const response = await mcp.post(
      {
        jsonrpc: '2.0',
        id: 'listening',
        method: 'subscriptions/listen',
        params: { notifications: { toolsListChanged: true, resourceSubscriptions: [watched] }, _meta: meta },
      },
      { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' },
    )
    let text = ''
    const reading = (async () => {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk
        if (text.includes('tools/list_changed')) return
      }
    })()
    await expect.poll(() => text, { timeout: 5000 }).toContain('acknowledged')
    await mcp.ask('tools/call', { name: 'add_row', arguments: {} })
    await expect.poll(() => text, { timeout: 5000 }).toContain('notifications/resources/updated')
    catalogue.join('test', [tool('a_newcomer', 'read')])
    await reading
    expect(text).toContain(watched)
    expect(text).not.toContain('resources/list_changed')
    catalogue.join('test', [])
  })
})
