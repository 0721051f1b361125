import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeOf } from '../agents/hosted/answer.ts'
import { plannerTools } from '../agents/tools.ts'
import { generateToolReference } from '../cli/docs.ts'
import { generalHelp } from '../cli/help.ts'
import { localClient } from '../cli/local-client.ts'
import { runToolCommand } from '../cli/run-tool.ts'
import { openLinkedClient } from '../mcp-server/testing.ts'
import { openTestServer, type TestServer } from '../web/server/test-server.ts'
import { draftOf, readDraft } from '../web/ui/forms/draft.ts'
import { formOf } from '../web/ui/forms/form-model.ts'
import { allTools } from './catalogue.ts'
import { describeTool } from './description.ts'
import { defineTool } from './tool.ts'

/** All that adding a capability takes: this, in a file of its own, and its name in the catalogue. */
const countWordsTool = defineTool({
  name: 'count_words',
  title: 'Count words',
  description: 'Counts the words of a text and tells the longest one; not for documents, which search_documents reads.',
  input: z.strictObject({
    text: z.string().min(1).describe('The text.'),
    shortest: z.int().default(1).describe('Letters that a word needs to count.'),
  }),
  output: z.object({ words: z.int().describe('How many.'), longest: z.string().describe('The longest one.') }),
  effect: 'read',
  role: 'viewer',
  examples: [{ says: 'How many words are in "to be or not"?', input: { text: 'to be or not' } }],
  run: async ({ text, shortest }) => {
    const words = text.split(/\s+/).filter((word) => word.length >= shortest)
    const longest = words.toSorted((left, right) => right.length - left.length)[0] ?? ''
    return { content: `${words.length} words, the longest is '${longest}'.`, data: { words: words.length, longest } }
  },
})

const input = { text: 'not to be forgotten' }
const data = { words: 4, longest: 'forgotten' }

describe('a tool that was added to the catalogue', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await openTestServer({ tools: [...allTools, countWordsTool] })
  })
  afterAll(() => server.close())

  it('is a route, and stands in the OpenAPI document', async () => {
    expect(await server.send('/api/tools/count_words', { body: input })).toMatchObject({ status: 200, json: { data } })
    const { text } = await server.send('/openapi.json')
    expect(text).toContain('/api/tools/count_words')
  })

  it('is a command with flags, help and a place in the list', async () => {
    const written = { out: '', err: '' }
    const client = localClient(server.millrace, server.millrace.owner)
    const run = (...argv: readonly string[]) =>
      runToolCommand({
        name: 'count-words',
        argv,
        client,
        io: {
          out: (text) => {
            written.out += text
          },
          err: (text) => {
            written.err += text
          },
          progress: false,
          width: 100,
          signal: new AbortController().signal,
          read: async () => '',
        },
      })
    expect(await run('not to be forgotten', '--json')).toBe(0)
    expect(JSON.parse(written.out)).toEqual(data)
    await run('--help')
    expect(written.out).toMatch(/--shortest N +Letters that a word needs to count. Default: 1./)
    expect(generalHelp(await client.catalogue())).toMatch(/count-words +Count words/)
  })

  it('is an MCP tool', async () => {
    const client = await openLinkedClient(server.millrace, { ...server.millrace.owner, kind: 'agent', channel: 'mcp' })
    const { tools } = await client.listTools()
    expect(tools.find(({ name }) => name === 'count_words')).toMatchObject({ title: 'Count words', annotations: { readOnlyHint: true } })
    expect(await client.callTool({ name: 'count_words', arguments: input })).toMatchObject({ structuredContent: data })
    await client.close()
  })

  it('is a tool of the chat, for the planner and for a hosted model', () => {
    const planned = plannerTools(server.millrace.catalogue)
    expect(planned.find(({ name }) => name === 'count_words')).toMatchObject({ effect: 'read', examples: countWordsTool.examples })
    const offered = planned.map((tool) => shapeOf(tool).function)
    expect(offered.find(({ name }) => name === 'count_words')).toMatchObject({ description: countWordsTool.description })
  })

  it('is a form that posts what the tool takes', async () => {
    const field = formOf(describeTool(countWordsTool).input)
    const { value, errors } = readDraft(field, draftOf(field, input))
    expect(errors).toEqual([])
    expect(await server.send('/api/tools/count_words', { body: value, headers: await server.browser() })).toMatchObject({ json: { data } })
  })

  it('is a step of a pipeline', async () => {
    const steps = [{ id: 'count', tool: 'count_words', input: { text: `\${params.text}` } }]
    await server.millrace.call('save_pipeline', { name: 'counting', params: { text: null }, steps })
    expect(await server.millrace.call('run_pipeline', { pipeline: 'counting', params: input })).toMatchObject({ outputs: { count: data } })
  })

  it('is a chapter of the reference', () => {
    expect(generateToolReference([describeTool(countWordsTool)])).toContain(
      '### count_words\n\n**Count words.** Counts the words of a text',
    )
  })
})
