import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Egress, EgressRequest } from '../platform/egress/egress.ts'
import { readTarget } from '../platform/egress/target.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool } from './tool.ts'

const address = z.string().describe('An address.')

const fetching = (name: string, options: { readonly names: boolean }) =>
  defineTool({
    name,
    title: name,
    description: 'Fetches an address and says its status; for tests of what may leave a call.',
    input: z.strictObject({ named: address, asked: address }),
    output: z.object({ status: z.number() }),
    effect: 'create',
    role: 'builder',
    examples: [],
    targetOf: ({ named }) => (options.names ? readTarget(named) : undefined),
    run: async ({ asked }, context) => {
      const { status } = await context.egress.request({ url: asked, origin: 'caller', signal: context.signal })
      return context.commit(async () => ({ content: `Answered ${status}.`, data: { status } }))
    },
  })

describe('a call that sends something out', () => {
  const sent: EgressRequest[] = []
  const egress: Egress = {
    request: async (request) => {
      sent.push(request)
      return { status: 200, headers: {}, body: new Uint8Array(), url: request.url }
    },
  }
  let millrace: TestMillrace
  beforeAll(async () => {
    const tools = [fetching('fetch_named', { names: true }), fetching('fetch_secretly', { names: false })]
    millrace = await openTestMillrace({ tools, egress, egressAllow: ['listed.example'] })
  })
  afterAll(() => millrace.close())
  const call = (tool: string, named: string, asked: string, kind: 'person' | 'agent' = 'person') =>
    millrace.invoke({ tool, input: { named, asked }, caller: { ...millrace.owner, kind } })

  it('reaches the host it named, over whatever path', async () => {
    expect(await call('fetch_named', 'https://a.example/', 'https://A.example:443/path')).toMatchObject({ kind: 'done' })
    expect(sent.at(-1)).toMatchObject({ url: 'https://A.example:443/path', origin: 'caller' })
    expect(sent.at(-1)).not.toHaveProperty('hosts')
  })

  it.each(['https://b.example/', 'http://a.example/', 'https://a.example:8443/'])('reaches nothing else: %s', async (asked) => {
    const before = sent.length
    await expect(call('fetch_named', 'https://a.example/', asked)).rejects.toMatchObject({ code: 'internal' })
    expect(sent.length).toBe(before)
  })

  it('reaches nothing when it named no host', async () => {
    const before = sent.length
    await expect(call('fetch_secretly', 'https://a.example/', 'https://a.example/')).rejects.toMatchObject({ code: 'internal' })
    expect(sent.length).toBe(before)
  })

  it('waits for a person when an agent makes it, and stays on the list where the list let it pass', async () => {
    expect(await call('fetch_named', 'https://a.example/', 'https://a.example/', 'agent')).toMatchObject({ kind: 'waiting' })
    expect(await call('fetch_named', 'https://listed.example/', 'https://listed.example/', 'agent')).toMatchObject({ kind: 'done' })
    expect(sent.at(-1)).toMatchObject({ hosts: 'listed' })
  })
})
