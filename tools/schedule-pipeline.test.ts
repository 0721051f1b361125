import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../platform/caller.ts'
import { runPipelineTool } from './run-pipeline.ts'
import { savePipelineTool } from './save-pipeline.ts'
import { schedulePipelineTool } from './schedule-pipeline.ts'
import { openTestMillrace, type TestMillrace } from './testing.ts'
import { defineTool } from './tool.ts'

const change = defineTool({
  name: 'change_thing',
  title: 'Change a thing',
  description: 'Pretends to change what is live, so that a pipeline of it is as strong as that.',
  input: z.strictObject({ text: z.string().describe('A text.') }),
  output: z.object({ text: z.string() }),
  effect: 'change',
  role: 'operator',
  examples: [],
  run: async (input, context) => context.commit(async () => ({ content: 'Changed.', data: input })),
})

describe('a schedule of a pipeline', () => {
  let millrace: TestMillrace
  beforeAll(async () => {
    millrace = await openTestMillrace([change, savePipelineTool, runPipelineTool, schedulePipelineTool])
    for (const text of ['old', 'new'])
      await millrace.call('save_pipeline', { name: 'nightly', steps: [{ id: 'a', tool: 'change_thing', input: { text } }] })
  })
  afterAll(() => millrace.close())

  it('keeps the version of that moment and the role of who set it', async () => {
    const input = { pipeline: 'nightly', cron: '0 6 * * 1', timezone: 'Europe/Berlin' }
    expect(await millrace.call('schedule_pipeline', input)).toMatchObject({ version: 2, effect: 'change' })
    expect(await millrace.platform.runs.schedules.list('default')).toMatchObject([
      {
        name: 'nightly',
        cron: '0 6 * * 1',
        timezone: 'Europe/Berlin',
        tool: 'run_pipeline',
        role: 'admin',
        input: { pipeline: 'nightly', version: 2 },
      },
    ])
  })

  it('is taken off the clock', async () => {
    await millrace.call('schedule_pipeline', { pipeline: 'nightly', cron: 'off' })
    expect(await millrace.platform.runs.schedules.list('default')).toEqual([])
    await expect(millrace.call('schedule_pipeline', { pipeline: 'nightly', cron: 'off' })).rejects.toMatchObject({ code: 'not_found' })
  })

  it.each([
    ['a cron line that cannot be read', { pipeline: 'nightly', cron: 'often' }, 'invalid_input'],
    ['a time zone that does not exist', { pipeline: 'nightly', cron: '0 6 * * *', timezone: 'Mars/Olympus' }, 'invalid_input'],
    ['a pipeline that does not exist', { pipeline: 'nightlie', cron: '0 6 * * *' }, 'not_found'],
    ['a parameter that is not declared', { pipeline: 'nightly', cron: '0 6 * * *', params: { x: 1 } }, 'invalid_input'],
  ])('is refused with %s', async (_, input, code) => {
    await expect(millrace.call('schedule_pipeline', input)).rejects.toMatchObject({ code })
    expect(await millrace.platform.runs.schedules.list('default')).toEqual([])
  })

  it('waits for a person when an agent asks for it', async () => {
    const agent: Caller = { ...millrace.owner, kind: 'agent', channel: 'mcp' }
    const input = { pipeline: 'nightly', cron: '0 6 * * 1' }
    expect(await millrace.invoke({ tool: 'schedule_pipeline', input, caller: agent })).toMatchObject({ kind: 'waiting' })
  })
})
