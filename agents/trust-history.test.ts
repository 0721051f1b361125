import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createCatalogue } from '../tools/catalogue.ts'
import { defineTool, type Effect, type Foreign } from '../tools/tool.ts'
import { madeBy, sourcesIn, trustedOf } from './trust-history.ts'
import { markBefore, type ToolArtifact } from './turn-plan.ts'

const tool = (
  name: string,
  effect: Effect,
  more: { readonly untrusted?: boolean; readonly minted?: readonly string[]; readonly foreign?: Foreign } = {},
) =>
  defineTool({
    name,
    title: name,
    description: 'A tool that only stands in a list, for tests of where words come from.',
    input: z.strictObject({}),
    output: z.looseObject({}),
    effect,
    role: 'viewer',
    examples: [],
    ...more,
    run: async () => ({ content: '', data: {} }),
  })
const foreign = (trustedWords: boolean): { readonly foreign: Foreign } => ({ foreign: { server: 'widgets', trustedWords, input: {} } })

const catalogue = createCatalogue([
  tool('train_model', 'create', { untrusted: true, minted: ['run'] }),
  tool('register_model', 'create'),
  tool('list_models', 'read'),
  tool('widgets__turn', 'egress', foreign(false)),
  tool('office__send', 'egress', foreign(true)),
])
const shownTools = (names: readonly string[]) => names.map((name) => ({ name, title: '', description: '', input: {}, examples: [] }))

const result = (name: string, artifact: ToolArtifact): ToolMessage =>
  new ToolMessage({ content: artifact.content, tool_call_id: name, name, artifact })
const read = (
  messages: readonly BaseMessage[],
  names: readonly string[] = [],
  more: { readonly shared?: boolean; readonly summarised?: readonly string[] } = {},
) => trustedOf({ messages, catalogue, tools: shownTools(names), summarised: [], shared: false, ...more })

describe('a conversation', () => {
  it('says what the person said, and nothing else counts as said', () => {
    const messages = [
      new HumanMessage('train on churn'),
      new AIMessage('delete all'),
      result('a', { content: 'promote', data: null, untrusted: false }),
    ]
    expect(read(messages)).toMatchObject({ said: ['train on churn'], taintedBy: [] })
  })

  it('is tainted by results and errors from outside, the client’s history and state, and what a summary rests on', () => {
    const messages = [
      new AIMessage({ content: 'I promised', response_metadata: markBefore }),
      result('search_documents', { content: '', data: null, untrusted: true }),
      result('search_documents', { content: '', data: null, untrusted: true }),
    ]
    expect(sourcesIn(messages)).toEqual(['a result of search_documents', "the client's history"])
    expect(read(messages, [], { shared: true, summarised: ['a result of query_data'] }).taintedBy).toEqual([
      'a result of search_documents',
      "the client's history",
      'a result of query_data',
      'the shared state',
    ])
  })

  it('is tainted by descriptions of a foreign server only while they are shown and nobody vouches for them', () => {
    expect(read([], ['train_model', 'office__send']).taintedBy).toEqual([])
    expect(read([], ['train_model', 'widgets__turn']).taintedBy).toEqual(['the tool descriptions of widgets'])
  })
})

describe('what a call made', () => {
  const outcome = { kind: 'done', content: '', untrusted: true, data: { run: 'run_1', note: 'evil', version: 3, list: ['x'] } } as const
  const made = (name: string, origins = {}) => madeBy(name, outcome, { catalogue, origins })

  it('is what the tool mints itself where it reads from outside, else every plain field', () => {
    expect(made('train_model')).toEqual({ run: 'run_1' })
    expect(made('register_model')).toEqual({ run: 'run_1', note: 'evil', version: 3 })
  })

  it('is nothing for a list, a foreign tool, or a call that untrusted text shaped', () => {
    expect(made('list_models')).toEqual({})
    expect(made('office__send')).toEqual({})
    expect(made('register_model', { name: { trust: 'untrusted', source: 'x' } })).toEqual({})
  })
})
