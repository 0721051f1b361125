import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { defineTool } from '../../tools/tool.ts'
import { openTestServer, type TestServer } from './test-server.ts'

/** As a foreign server's tool joins, with a schema as its server lists it. */
const foreign = defineTool({
  name: 'mail__send',
  title: 'Send (mail)',
  description: 'A tool of the foreign MCP server mail, for tests of what follows the list of tools.',
  input: z.looseObject({}),
  output: z.strictObject({ text: z.string().describe('What it said.') }),
  effect: 'egress',
  role: 'builder',
  untrusted: true,
  foreign: {
    server: 'mail',
    trustedWords: false,
    input: { type: 'object', properties: { to: { $ref: '#/definitions/address' } }, definitions: { address: { type: 'string' } } },
  },
  examples: [],
  run: async (_, context) => context.commit(async () => ({ content: 'Sent.', data: { text: 'Sent.' } })),
})

describe.each(['local', 'token'] as const)('when tools join and leave a server in %s mode', (auth) => {
  let server: TestServer
  let authorization = ''
  beforeAll(async () => {
    server = await openTestServer({ auth })
    const { token } = await server.millrace.platform.identity.mint({ name: 'ann', kind: 'person', role: 'builder' })
    authorization = `Bearer ${token}`
  })
  afterAll(() => server.close())

  const text = async (path: string): Promise<string> => (await server.send(path, { headers: { authorization } })).text

  it('the list of tools and the document follow, and the document keeps foreign names to itself where callers need a token', async () => {
    const before = [await text('/api/tools'), await text('/openapi.json')]
    expect(before.join()).not.toContain('mail__send')
    server.millrace.catalogue.join('mcp:mail', [foreign])
    expect(await text('/api/tools')).toContain('"foreign":"mail"')
    const { platform } = server.millrace
    for (const path of ['/api/tools', '/api/tools/mail__send']) {
      const { token } = await platform.identity.mint({ name: `reads-${path.length}`, kind: 'agent', role: 'viewer' })
      await server.send(path, { headers: { authorization: `Bearer ${token}` } })
      const reader = await platform.identity.fromToken(token, 'http')
      expect(await platform.taints.originsOf(reader, undefined), path).toMatchObject({ '': { trust: 'untrusted' } })
    }
    const document = await text('/openapi.json')
    expect(document.includes('mail__send')).toBe(auth === 'local')
    if (auth === 'local') expect(document).toContain('#/components/schemas/mail__send_input/definitions/address')
    expect(await server.send('/api/tools/mail--send', { body: {}, headers: { authorization } })).toMatchObject({ status: 200 })
    server.millrace.catalogue.join('mcp:mail', [])
    expect([await text('/api/tools'), await text('/openapi.json')]).toEqual(before)
    expect(await server.send('/api/tools/mail__send', { body: {}, headers: { authorization } })).toMatchObject({ status: 404 })
  })

  it('a name that is taken refuses the newcomer and leaves the rest', () => {
    const { catalogue } = server.millrace
    const { revision } = catalogue
    expect(() => catalogue.join('mcp:bad', [{ ...foreign, name: 'add_numbers' }])).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(() => catalogue.join('mcp:bad', [foreign, foreign])).toThrow(expect.objectContaining({ code: 'conflict' }))
    expect(catalogue.revision).toBe(revision)
    expect(catalogue.get('add_numbers').title).not.toBe('Send (mail)')
  })
})
