// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references of pipelines look like template strings.
import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../../platform/caller.ts'
import { listPipelinesTool } from '../list-pipelines.ts'
import { pipelineStatusTool } from '../pipeline-status.ts'
import { runPipelineTool } from '../run-pipeline.ts'
import { savePipelineTool } from '../save-pipeline.ts'
import { openTestMillrace, type TestMillrace } from '../testing.ts'
import { defineTool, type Effect } from '../tool.ts'

const made: string[] = []
let failing = false

const loadFile = defineTool({
  name: 'load_file',
  title: 'Load a file',
  description: 'Makes something from a file, and tells what it is called; for tests of caching.',
  input: z.strictObject({ source: z.string().describe('A file.'), name: z.string().describe('What to call it.') }),
  output: z.object({ name: z.string(), version: z.int(), rows: z.array(z.object({ id: z.string() })) }),
  effect: 'create',
  role: 'builder',
  examples: [],
  run: async ({ source, name }, context) => {
    await context.file(source)
    return context.commit(async () => {
      made.push(`load ${name}`)
      return { content: 'Loaded.', data: { name, version: made.length, rows: [{ id: 'first' }] } }
    })
  },
})

const step = (name: string, effect: Effect) =>
  defineTool({
    name,
    title: name,
    description: 'Notes that it was called with a text and gives it back; for tests of pipelines.',
    input: z.strictObject({ text: z.string().describe('A text.'), count: z.int().optional().describe('A number.') }),
    output: z.object({ text: z.string(), count: z.int().optional() }),
    effect,
    role: effect === 'delete' ? 'admin' : 'builder',
    examples: [],
    run: async (input, context) => {
      if (failing && name === 'make_thing') throw new Error('disk full')
      if (effect === 'read') {
        made.push(`${name} ${input.text}`)
        return { content: 'Read.', data: input }
      }
      return context.commit(async () => {
        made.push(`${name} ${input.text}`)
        return { content: 'Done.', data: input }
      })
    },
  })

const tools = [
  loadFile,
  step('read_thing', 'read'),
  step('make_thing', 'create'),
  step('change_thing', 'change'),
  step('delete_thing', 'delete'),
  savePipelineTool,
  runPipelineTool,
  pipelineStatusTool,
  listPipelinesTool,
]

const ran = z.object({
  run: z.string(),
  steps: z.array(z.object({ name: z.string(), state: z.string(), cached: z.boolean(), seconds: z.number() })),
  outputs: z.record(z.string(), z.unknown()),
})

describe('pipelines', () => {
  let millrace: TestMillrace
  let agent: Caller
  let file: string
  beforeAll(async () => {
    millrace = await openTestMillrace({
      tools,
      ports: {
        chats: {
          calls: async () => [
            { tool: 'load_file', input: { source: 'a.csv', name: 'tides' }, data: { name: 'tides', version: 1, rows: [{ id: 'row_77' }] } },
            { tool: 'make_thing', input: { text: 'row_77' }, data: { text: 'row_77' } },
            { tool: 'make_thing', input: { text: 'tides' }, data: { text: 'tides' } },
          ],
        },
      },
    })
    agent = { ...millrace.owner, id: 'agent:a', name: 'an agent', kind: 'agent', channel: 'mcp' }
    file = join(millrace.folder, 'a.csv')
    await writeFile(file, 'a\n1\n')
  })
  afterAll(() => millrace.close())
  beforeEach(() => {
    made.length = 0
    failing = false
  })

  const run = async (pipeline: string, more: object = {}) => ran.parse(await millrace.call('run_pipeline', { pipeline, ...more }))
  const fault = (tool: string, input: unknown, caller = millrace.owner) => millrace.invoke({ tool, input, caller }).catch((error) => error)

  it('run their steps in the order of their references, with values in place of references', async () => {
    await millrace.call('save_pipeline', {
      name: 'order',
      params: { word: null, times: 2 },
      steps: [
        {
          id: 'last',
          tool: 'make_thing',
          input: { text: '${steps.first.name}@${steps.first.version} ${steps.middle.text}', count: '${params.times}' },
        },
        { id: 'middle', tool: 'read_thing', input: { text: '${steps.first.rows.0.id}' } },
        { id: 'first', tool: 'load_file', input: { source: 'a.csv', name: '${params.word}' } },
      ],
    })
    const { steps, outputs } = await run('order', { params: { word: 'tides' } })
    expect(steps.map(({ name, state }) => [name, state])).toEqual([
      ['first', 'succeeded'],
      ['middle', 'succeeded'],
      ['last', 'succeeded'],
    ])
    expect(made).toEqual(['load tides', 'read_thing first', 'make_thing tides@1 first'])
    expect(outputs.last).toEqual({ text: 'tides@1 first', count: 2 })
  })

  it('do not begin without a parameter that has no default, or with one that is not theirs', async () => {
    expect(await fault('run_pipeline', { pipeline: 'order' })).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining("'word' has no default"),
    })
    expect(await fault('run_pipeline', { pipeline: 'order', params: { word: 'x', wrod: 1 } })).toMatchObject({
      message: expect.stringContaining("'wrod' is no parameter"),
    })
    expect(made).toEqual([])
  })

  it('take a step from the cache while its file is the same, and run it again when the file changes or fresh is asked for', async () => {
    await millrace.call('save_pipeline', {
      name: 'cached',
      steps: [
        { id: 'load', tool: 'load_file', input: { source: 'a.csv', name: 'x' } },
        { id: 'plain', tool: 'make_thing', input: { text: '${steps.load.name}' } },
        { id: 'asked', tool: 'make_thing', input: { text: 'asked' }, cache: true },
        { id: 'never', tool: 'load_file', input: { source: 'a.csv', name: 'y' }, cache: false },
      ],
    })
    const cachedOf = async (more: object = {}) => (await run('cached', more)).steps.filter(({ cached }) => cached).map(({ name }) => name)
    expect(await cachedOf()).toEqual([])
    made.length = 0
    expect(await cachedOf()).toEqual(['load', 'asked'])
    expect(made).toEqual(['make_thing x', 'load y'])
    expect(await cachedOf({ fresh: true })).toEqual([])
    await appendFile(file, '2\n')
    expect(await cachedOf()).toEqual(['asked'])
  })

  it('name the step that failed, keep what was done, and show it as their status', async () => {
    await millrace.call('save_pipeline', {
      name: 'fails',
      steps: [
        { id: 'one', tool: 'read_thing', input: { text: 'x' } },
        { id: 'two', tool: 'make_thing', input: { text: '${steps.one.text}' } },
        { id: 'three', tool: 'read_thing', input: { text: '${steps.two.text}' } },
      ],
    })
    failing = true
    expect(await fault('run_pipeline', { pipeline: 'fails' })).toMatchObject({
      code: 'internal',
      message: expect.stringMatching(/^Step 'two' failed\./),
    })
    expect(await millrace.call('pipeline_status', { pipeline: 'fails' })).toMatchObject({
      state: 'failed',
      steps: [{ state: 'succeeded' }, { state: 'failed' }, { state: 'waiting', seconds: null }],
    })
  })

  it('go on after a crash without doing again what was done', async () => {
    await millrace.call('save_pipeline', {
      name: 'crash',
      steps: [
        { id: 'one', tool: 'make_thing', input: { text: 'one' } },
        { id: 'two', tool: 'change_thing', input: { text: '${steps.one.text}-two' } },
      ],
    })
    const { run: id } = await run('crash')
    expect(made).toEqual(['make_thing one', 'change_thing one-two'])
    // As a process that died before the last commit leaves it: the steps are journalled, the run is queued again.
    const { db } = millrace.platform
    await db.query("update runs set state = 'queued', result = null, ended_at = null where id = $1", [id])
    await db.query("delete from run_steps where run = $1 and step like 'two%'", [id])
    const again = await openTestMillrace({ tools, db: { ...db, close: async () => undefined } })
    await expect.poll(async () => (await millrace.platform.runs.get(id, 'default')).state, { timeout: 20_000 }).toBe('succeeded')
    expect(made).toEqual(['make_thing one', 'change_thing one-two', 'change_thing one-two'])
    await again.close()
  })

  it('are as strong as their strongest step: an agent waits for a person, and gets exactly the version it asked for', async () => {
    const change = (text: string) => ({
      name: 'strong',
      steps: [
        { id: 'a', tool: 'read_thing', input: { text: 'x' } },
        { id: 'b', tool: 'change_thing', input: { text } },
      ],
    })
    expect(await millrace.call('save_pipeline', change('good'))).toMatchObject({ version: 1, effect: 'change' })
    const outcome = await millrace.invoke({ tool: 'run_pipeline', input: { pipeline: 'strong' }, caller: agent })
    if (outcome.kind !== 'waiting') throw new Error('It should wait for a person.')
    await millrace.invoke({ tool: 'save_pipeline', input: change('evil'), caller: agent })
    await millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    const { platform } = millrace
    expect(await platform.runs.settled(outcome.run, 'default', { ms: 20_000 })).toMatchObject({
      state: 'succeeded',
      result: { data: { version: 1 } },
    })
    expect(made).toContain('change_thing good')
    expect(made).not.toContain('change_thing evil')
  })

  it('that only read run for an agent at once, and one that deletes asks a person too', async () => {
    await millrace.call('save_pipeline', { name: 'reads', steps: [{ id: 'a', tool: 'read_thing', input: { text: 'x' } }] })
    expect(await millrace.invoke({ tool: 'run_pipeline', input: { pipeline: 'reads' }, caller: agent })).toMatchObject({ kind: 'done' })
    await millrace.call('save_pipeline', { name: 'deletes', steps: [{ id: 'a', tool: 'delete_thing', input: { text: 'x' } }] })
    expect(await millrace.invoke({ tool: 'run_pipeline', input: { pipeline: 'deletes' }, caller: millrace.owner })).toMatchObject({
      kind: 'waiting',
    })
  })

  it('inside pipelines count with their strongest step as well', async () => {
    await millrace.call('save_pipeline', { name: 'outer', steps: [{ id: 'a', tool: 'run_pipeline', input: { pipeline: 'strong' } }] })
    expect(await millrace.invoke({ tool: 'run_pipeline', input: { pipeline: 'outer' }, caller: agent })).toMatchObject({ kind: 'waiting' })
    expect(await run('outer')).toMatchObject({ steps: [{ name: 'a', state: 'succeeded' }] })
  })

  it('do not begin for a caller who may not call one of their tools', async () => {
    const builder: Caller = { ...millrace.owner, role: 'builder', name: 'Bea' }
    await millrace.call('save_pipeline', {
      name: 'roles',
      steps: [
        { id: 'a', tool: 'make_thing', input: { text: 'x' } },
        { id: 'b', tool: 'delete_thing', input: { text: '${steps.a.text}' } },
      ],
    })
    const outcome = await millrace.invoke({ tool: 'run_pipeline', input: { pipeline: 'roles' }, caller: builder })
    if (outcome.kind !== 'waiting') throw new Error('It should wait for a person.')
    await millrace.platform.approvals.decide({ id: outcome.approval, decision: 'approve', caller: millrace.owner, mayCall: () => true })
    const ended = await millrace.platform.runs.settled(outcome.run, 'default', { ms: 20_000 })
    expect(ended).toMatchObject({
      state: 'failed',
      error: { code: 'not_allowed', message: expect.stringContaining("Step 'b' calls delete_thing") },
    })
    expect(made).toEqual([])
  })

  it('belong to their workspace', async () => {
    const other: Caller = { ...millrace.owner, workspace: 'other' }
    expect(await fault('run_pipeline', { pipeline: 'order', params: { word: 'x' } }, other)).toMatchObject({ code: 'not_found' })
    expect(await fault('pipeline_status', { pipeline: 'order' }, other)).toMatchObject({ code: 'not_found' })
  })

  it('are made from a chat, with a reference where a call was given what an earlier one found', async () => {
    expect(await millrace.call('save_pipeline', { name: 'chatted', thread: 't1' })).toMatchObject({
      steps: [{ name: 'load_file' }, { name: 'make_thing' }, { name: 'make_thing_2' }],
    })
    const { steps } = await run('chatted')
    expect(steps).toHaveLength(3)
    expect(made).toEqual(['load tides', 'make_thing first', 'make_thing tides'])
  })

  it('are listed with their newest run', async () => {
    const { pipelines } = z
      .object({ pipelines: z.array(z.object({ pipeline: z.string(), version: z.int(), state: z.string().nullable() })) })
      .parse(await millrace.call('list_pipelines'))
    expect(pipelines.find(({ pipeline }) => pipeline === 'strong')).toEqual({ pipeline: 'strong', version: 2, state: 'succeeded' })
    expect(pipelines.find(({ pipeline }) => pipeline === 'deletes')).toMatchObject({ version: 1 })
  })
})
